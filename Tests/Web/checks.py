"""Keeps count of what was looked at and what did not hold."""


class Checks:
    def __init__(self):
        self.held, self.broken = 0, []

    def __call__(self, sentence, holds, found=""):
        """`found`: what is there instead, for whoever reads why it does not hold."""
        mark = "ok  " if holds else "FAIL"
        print(f"  {mark} {sentence}" + (f": {found}" if found and not holds else ""), flush=True)
        if holds:
            self.held += 1
        else:
            self.broken.append(sentence)

    def clean(self, page, what, *, known=()):
        """No error in the console, no request that failed, none to anybody else but to `known` hosts, which are named."""
        self(f"{what}: no error in the console", not page.complaints, page.complaints[:5])
        self(f"{what}: no request failed", not page.failures, page.failures[:5])
        hosts = {url.split("/")[2] for url in page.outside}
        self(f"{what}: nothing is asked of others" + (f" but {', '.join(sorted(hosts & set(known)))}" if hosts & set(known) else ""),
             hosts <= set(known), sorted(set(page.outside))[:8])


# Whether a canvas shows more than one colour.
PAINTED = """((canvas) => {
  if (!canvas || !canvas.width) return 0;
  const data = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  return new Set(data).size;
})"""
