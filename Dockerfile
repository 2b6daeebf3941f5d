FROM python:3.12-slim AS build
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
RUN /venv/bin/python manage.py compilecatalogues \
    && DTT_MODE=production SECRET_KEY=build ALLOWED_HOSTS=build DATABASE_URL=postgresql://build/build \
       /venv/bin/python manage.py collectstatic --noinput

FROM python:3.12-slim
RUN useradd --system --create-home --uid 10001 dtt
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build --chown=root:root /app /app
RUN install -d -o dtt -g dtt /app/var
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 DTT_MODE=production
USER dtt
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
CMD ["python", "-m", "gunicorn", "dtt.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--preload"]
