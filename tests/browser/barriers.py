"""What keeps people out of a page, as axe-core finds it."""

# What the course draws; JupyterLab's own controls are not ours to judge.
TEXT = ".jp-OutputArea .jp-RenderedHTML, .jp-OutputArea .jp-RenderedText"
OURS = f".vae-plane, .vae-explorer, {TEXT}"
# Axe takes all for hidden that is out of sight, or within JupyterLab's body,
# which is of no height.
SEEN = "body { height: 100vh }"
TALL = {"width": 1200, "height": 20_000}


def barriers(page, of=OURS):
    """Return what axe-core objects to in a part of a page."""
    from axe_playwright_python.sync_playwright import Axe

    size = page.viewport_size
    page.add_style_tag(content=SEEN)
    page.set_viewport_size(TALL)
    found = Axe().run(page, context=of).response["violations"]
    page.set_viewport_size(size)
    return [
        f"{broken['help']}: {node['html']}"
        for broken in found
        for node in broken["nodes"]
    ]
