# Builds the server and the pages, then ships them without development tools. Works from a clone alone:
#   docker build -t genjin .
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    DATA_DIR=/data \
    SANDBOX=off
WORKDIR /app
COPY --from=build --chown=root:root /app/package.json ./package.json
COPY --from=build --chown=root:root /app/node_modules ./node_modules
COPY --from=build --chown=root:root /app/dist ./dist
# The product writes to its data folder and nowhere else.
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000
# Every process answers here, whatever it does. A process that is being replaced is alive but not ready.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:'+(process.env.PORT||3000)+'/healthz').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"]
# Not through npm: it would not pass the stop signal on.
CMD ["node", "--disable-warning=ExperimentalWarning", "--max-semi-space-size=8", "dist/bot/main.js"]
