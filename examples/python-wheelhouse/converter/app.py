"""The service: GET /convert?value=10&from=km&to=mi answers {"value": 6.21…, "unit": "mi"}."""

from flask import Flask, jsonify, request

from converter import UnknownUnit, convert

app = Flask(__name__)


@app.get("/convert")
def convert_route():
    for name in ("value", "from", "to"):
        if name not in request.args:
            return jsonify(error=f"the parameter '{name}' is missing"), 400
    target = request.args["to"]
    try:
        value = convert(float(request.args["value"]), request.args["from"], target)
    except ValueError as wrong:
        return jsonify(error=str(wrong)), 400
    return jsonify(value=value, unit=target)
