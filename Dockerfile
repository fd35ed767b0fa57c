# One image for database, web server and worker, made by the same steps as ./pelak takes on a bare machine.
FROM debian:bookworm-slim
WORKDIR /srv/pelak

COPY pelak ./
RUN ./pelak packages && rm -rf /var/lib/apt/lists/*

COPY requirements.lock ./
COPY gis_core/__init__.py gis_core/
COPY gis_core/cli gis_core/cli
RUN ./pelak venv && rm -rf "$HOME/.cache"

COPY . .
RUN ./pelak pages && rm -rf node_modules "$HOME/.npm"

# The service owns its state and nothing of the program.
RUN useradd --system --uid 10001 --create-home pelak && install -d -o pelak -g pelak -m 755 /var/lib/pelak
USER pelak
ENV PELAK_VAR=/var/lib/pelak PELAK_HOST=0.0.0.0
VOLUME /var/lib/pelak
EXPOSE 8000
CMD ["./pelak", "up"]
