"""Papers: issued answers and estimates as PDF with a QR code, and the page that verifies them."""
