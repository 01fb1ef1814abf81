# One image for web, worker and beat: `manage.py run web|worker|beat` chooses.

# ---- the browser libraries
FROM node:22-bookworm-slim AS browser
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund

# ---- the Python packages, from the lock with hashes
FROM python:3.11-slim-bookworm AS packages
RUN python3 -m venv /opt/venv
COPY requirements/app.txt /tmp/app.txt
RUN /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/app.txt

# ---- the platform, with its static files collected
FROM packages AS collected
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY . .
COPY --from=browser /app/node_modules node_modules
# Settings want keys: throw-away ones are made in a folder that is thrown away, too.
RUN ALUMIO_DATA=/tmp/build python manage.py collectstatic --noinput --verbosity 0 \
    && python -m compileall -q alumio transformers connectors routes tasks scheduler \
    && rm -rf node_modules tests /tmp/build

# ---- what is shipped: no build tools, no root
FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 alumio \
    && useradd --uid 10001 --gid alumio --no-create-home --home-dir /data --shell /usr/sbin/nologin alumio \
    && install --directory --owner=alumio --group=alumio --mode=0700 /data
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ALUMIO_DATA=/data \
    ALUMIO_BIND=0.0.0.0 \
    PORT=8000
COPY --from=packages /opt/venv /opt/venv
COPY --from=collected /app /app
WORKDIR /app
USER 10001:10001
VOLUME /data
EXPOSE 8000
CMD ["python", "manage.py", "run", "web"]
