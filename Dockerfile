# The images of production (docs/production.md): `docker build --target web .`, and the same with
# `worker` and `cli`. cli has the operator's commands, and migrates the database. `all` has the three
# programs, for hosts that run several programs of one image.

FROM node:22.23.2-slim AS pruned
WORKDIR /repo
COPY . .
# Keeps only the packages that the apps need.
RUN npx -y turbo@2.11.9 prune @repo/web @repo/worker @repo/cli --docker

FROM node:22.23.2-slim AS built
WORKDIR /repo
# First only the files that decide what is installed: Docker then caches the installation.
COPY --from=pruned /repo/out/json/ ./
COPY .pnpmfile.mjs ./
RUN npx -y pnpm@12.21.0 install --frozen-lockfile
COPY --from=pruned /repo/out/full/ ./
COPY tsconfig.base.json ./
RUN npx -y pnpm@12.21.0 exec turbo run build

FROM node:22.23.2-slim AS app
ENV NODE_ENV=production
WORKDIR /app
# It writes nothing, so the file system can be read-only.
USER node

FROM app AS cli
COPY --from=built /repo/apps/cli/dist/ ./
ENTRYPOINT ["node", "main.mjs"]
CMD ["migrate"]

FROM app AS worker
ENV HEALTH_PORT=3004
COPY --from=built /repo/apps/worker/dist/ ./
HEALTHCHECK --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:3004/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "main.mjs"]

FROM app AS web
ENV PORT=3000
COPY --from=built /repo/apps/web/dist/ ./
EXPOSE 3000
HEALTHCHECK --start-period=30s CMD ["node", "-e", "fetch('http://127.0.0.1:3000/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "main.mjs"]

FROM app AS all
COPY --from=built /repo/apps/web/dist/ ./web/
COPY --from=built /repo/apps/worker/dist/ ./worker/
COPY --from=built /repo/apps/cli/dist/ ./cli/
CMD ["node", "web/main.mjs"]
