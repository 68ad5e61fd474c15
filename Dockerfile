#   docker build -t silt .
#   docker run --rm -p 8080:8080 -v silt-data:/data silt             serve
#   docker run --rm -v silt-data:/data -v "$PWD:/in:ro" silt import /in/sites.geojson --collection sites
#
# Both stages are of the same Debian release, so that the libgdal that the
# binary was linked with is the one it runs with.

ARG RUST_VERSION=1.95

FROM rust:${RUST_VERSION}-bookworm AS build
# build-essential and pkg-config are in the base image.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgdal-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
# The caches stay outside of the image; the binary has to be copied out of one.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package silt \
    && install -D --strip target/release/silt /out/silt

FROM debian:12-slim
# ca-certificates: downloads of sources; curl: the health check.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgdal32 ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin silt \
    && install -d -o silt -g silt /data
COPY --from=build /out/silt /usr/local/bin/silt

# By number: a cluster can then verify that it is not root.
USER 10001
ENV SILT_DATA=/data
WORKDIR /data
VOLUME /data
EXPOSE 8080
# The first answer comes when the store has been read into memory.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["curl", "--fail", "--silent", "--show-error", "--output", "/dev/null", "http://127.0.0.1:8080/healthz"]
ENTRYPOINT ["silt"]
CMD ["serve", "--listen", "0.0.0.0:8080"]
