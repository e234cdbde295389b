# syntax=docker/dockerfile:1
# The one binary, for every role: `docker run latchkey serve`, `… gateway`, `… relay`, `… migrate`.

FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
# The caches stay with the builder, not in the image; so the binary is copied out in the same step.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package latchkey-cli \
    && install -D target/release/latchkey /out/latchkey

FROM debian:12-slim
# Bitbucket's and the broker's certificates are checked against the system's roots.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 latchkey \
    && useradd --system --uid 10001 --gid latchkey --home-dir /var/lib/latchkey --create-home latchkey
COPY --from=build /out/latchkey /usr/local/bin/latchkey
USER 10001:10001
WORKDIR /var/lib/latchkey
# Gateway, gRPC, metrics. Health is asked per role, by whoever runs the container: `latchkey healthcheck` asks
# grpc.health.v1 of `serve`, `latchkey healthcheck http://127.0.0.1:8080/readyz` the gateway.
EXPOSE 8080 50051 9464
ENTRYPOINT ["latchkey"]
CMD ["--help"]
