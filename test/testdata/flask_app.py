"""An app of the kind that promferry is made for: flask_app.py HOST PORT."""

import random
import sys

from flask import Flask, Response
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, generate_latest

app = Flask(__name__)
requests = Counter("request_count", "Requests to the front page.")
value = Gauge("random_value", "A value that changes with each scrape.")


@app.route("/")
def index():
    requests.inc()
    return "hello\n"


@app.route("/metrics")
def metrics():
    value.set(random.random())
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


@app.route("/plain")
def plain():
    """As many apps have it: a view that returns the text is text/html."""
    return generate_latest()


app.run(host=sys.argv[1], port=int(sys.argv[2]))
