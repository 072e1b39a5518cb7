# A static binary in an image without a shell. The build step is `make build`.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=devel
ARG REVISION=
RUN make build VERSION="$VERSION" REVISION="$REVISION"

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /src/promferry /promferry
# Loopback only, as everywhere: set PROMFERRY_WEB_LISTEN_ADDRESS to show it.
EXPOSE 9097
HEALTHCHECK --interval=15s CMD ["/promferry", "check", "healthy"]
ENTRYPOINT ["/promferry"]
