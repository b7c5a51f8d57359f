"""The library's versions of the toy lesson's answers."""


def double(x):
    return x + x


def square(x):
    return x * x


def halve(x):
    return x / 2
