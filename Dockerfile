# A static binary in an image without a shell. The build step is `make build`.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=devel
ARG REVISION=
RUN make build VERSION="$VERSION" REVISION="$REVISION" && mkdir /state

FROM gcr.io/distroless/static-debian12:nonroot
ARG VERSION=devel
ARG REVISION=
LABEL org.opencontainers.image.title="promferry" \
      org.opencontainers.image.description="Scrapes Prometheus endpoints and pushes them to a Pushgateway" \
      org.opencontainers.image.source="https://github.com/promferry/promferry" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
COPY --from=build /src/promferry /promferry
# For --state.file, in a volume: a new one takes the owner from here.
COPY --from=build --chown=65532:65532 /state /var/lib/promferry
# Loopback only, as everywhere: set PROMFERRY_WEB_LISTEN_ADDRESS to show it.
EXPOSE 9097
HEALTHCHECK --interval=15s --timeout=5s --start-period=10s CMD ["/promferry", "check", "healthy"]
USER 65532:65532
ENTRYPOINT ["/promferry"]
