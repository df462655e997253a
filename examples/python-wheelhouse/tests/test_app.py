import pytest

from converter.app import app


@pytest.fixture
def client():
    return app.test_client()


def test_an_answer(client):
    response = client.get("/convert?value=100&from=C&to=F")
    assert response.status_code == 200
    assert response.json["unit"] == "F"
    assert response.json["value"] == pytest.approx(212)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("from=km&to=mi", "the parameter 'value' is missing"),
        ("value=ten&from=km&to=mi", "could not convert string to float: 'ten'"),
        ("value=1&from=km&to=kg", "'km' is a length and 'kg' is a mass"),
    ],
)
def test_a_bad_request(client, query, message):
    response = client.get(f"/convert?{query}")
    assert response.status_code == 400
    assert response.json["error"] == message
