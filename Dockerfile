# exc and nothing else, as a static program:
#
#   docker build --tag exc .
#   docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/repo" exc check
#
# The user is that of the repository's files: of a repository that belongs to
# somebody else git's library reads nothing.
FROM rust:1.89-alpine3.22 AS build
# hadolint ignore=DL3018
RUN apk add --no-cache musl-dev
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin exc

FROM scratch
COPY --from=build /src/target/release/exc /exc
USER 65532:65532
WORKDIR /repo
ENTRYPOINT ["/exc"]
CMD ["--help"]
