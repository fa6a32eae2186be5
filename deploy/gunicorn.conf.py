"""Settings of the web server; see docs/install.md for the variables."""

import os
from pathlib import Path

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 20
keepalive = 5
# Workers are renewed now and then, not all at once: a leak somewhere never grows into an outage.
max_requests = 5000
max_requests_jitter = 1000
# A heartbeat file on a slow disk would make healthy workers look dead.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
control_socket_disable = True
