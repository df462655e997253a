"""Prices in cents."""


def total(cents, quantity):
    """Return the price of a quantity; from ten pieces on, one tenth less."""
    if quantity < 0:
        raise ValueError("a quantity is not negative")
    price = cents * quantity
    if quantity >= 10:
        price -= price // 10
    return price


def text(cents):
    """Return a price in euros."""
    return f"{cents // 100}.{cents % 100:02} EUR"
