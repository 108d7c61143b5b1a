# One image for all parts of the club; the command chooses the part (docker-compose.yml).
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --require-hashes -r requirements.txt

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONUTF8=1
RUN useradd --system --uid 10001 --create-home club && install -d -o club /static
COPY --from=build /venv /venv
WORKDIR /app
COPY . .
# Collected here, so that every part serves and links the same hashed names.
RUN python manage.py collectstatic --noinput --verbosity 0 && python -m compileall -q . && rm -f club.sqlite3*
USER club
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["python", "-m", "gunicorn", "-c", "python:casino.gunicorn", "casino.wsgi"]
