"""Answers that are wrong in one place: a comparison that does not find them has compared nothing."""
from sides import Answer


def corrupted(rng, answer):
    """The same answer with one fault, which has a name."""
    lines = answer.body.split("\n")
    # What browsers run of a badge is not compared.
    seen = answer.body.partition("<script")[0]
    digits = [place for place, character in enumerate(seen) if character in "0123456789"]
    letters = [place for place, character in enumerate(seen) if character.isalpha()]
    faults = ["a status"]
    faults += ["a header"] * bool(answer.headers) + ["a digit"] * bool(digits) * 4 + ["a letter"] * bool(letters) + ["a line"] * (len(lines) > 1)
    fault = rng.choice(faults)
    status, headers, body = answer.key()
    if fault == "a status":
        status += 1
    elif fault == "a header":
        headers = headers[:-1]
    elif fault == "a line":
        place = rng.choice([place for place, line in enumerate(lines) if line.strip() or place == len(lines) - 1])
        body = "\n".join(lines[:place] + [f"{lines[place]} ?"] + lines[place + 1:])
    else:
        place = rng.choice(digits if fault == "a digit" else letters)
        other = str((int(body[place]) + rng.randrange(1, 10)) % 10) if fault == "a digit" else "q" if body[place] != "q" else "x"
        body = body[:place] + other + body[place + 1:]
    return fault, Answer(status, headers, body)
