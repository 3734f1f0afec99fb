"""The least that a compressed stream needs: LZ4 blocks without history, in frames (PROTOCOL.md §6)."""

# Plain text of one frame, as every generation of parents takes it.
FRAME = 16255


def framed(text):
    """The bytes that carry a text in a compressed session."""
    out = bytearray()
    for start in range(0, len(text), FRAME):
        block = compress(text[start:start + FRAME])
        out += bytes((0xFA, 0x80 | len(block) & 0x7F, 0x80 | len(block) >> 7, 0x0A)) + block
    return bytes(out)


def compress(data):
    """One LZ4 block. Greedy: each four bytes are looked for where they were last."""
    out = bytearray()
    seen = {}
    anchor = at = 0
    # The format wants the last match to begin twelve bytes before the end, and five literals behind it.
    while at < len(data) - 12:
        word = data[at:at + 4]
        before = seen.get(word)
        seen[word] = at
        if before is None or at - before > 65535:
            at += 1
            continue
        length = 4
        while at + length < len(data) - 5 and data[before + length] == data[at + length]:
            length += 1
        sequence(out, data[anchor:at], length)
        out += (at - before).to_bytes(2, "little")
        extra(out, length - 4)
        at += length
        anchor = at
    sequence(out, data[anchor:], 4)
    return bytes(out)


def sequence(out, literals, length):
    """Token and literals; the offset and the rest of the match's length follow, but for the last one."""
    out.append(min(len(literals), 15) << 4 | min(length - 4, 15))
    extra(out, len(literals))
    out += literals


def extra(out, length):
    if length >= 15:
        out += b"\xff" * ((length - 15) // 255) + bytes(((length - 15) % 255,))
