"""What `./pelak` hands over to: one module for each job of preparing, serving, testing and keeping."""
