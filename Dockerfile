# The product for production: the same packages, files and command lines as docs/operations.md.
FROM node:20-bookworm-slim AS front
WORKDIR /srv/sanad
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts

FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SANAD_ENV=production SANAD_VAR=/var/lib/sanad
WORKDIR /srv/sanad
RUN apt-get update && apt-get install --yes --no-install-recommends postgresql-client libfribidi0 ffmpeg \
 && rm -rf /var/lib/apt/lists/*
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY . .
COPY --from=front /srv/sanad/node_modules node_modules
RUN python -m ops.frontend --copy-only && python -m ops.messages compile && rm -rf node_modules \
 && useradd --system --uid 10001 sanad && install -d -o sanad /var/lib/sanad
USER sanad
VOLUME /var/lib/sanad
CMD ["python", "-m", "ops.run", "web"]
