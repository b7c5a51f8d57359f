"""A lesson open in JupyterLab, handled as a learner handles it."""

import base64
import contextlib
import io
import json

from lab import LESSONS
from matplotlib.image import imread
from playwright.sync_api import TimeoutError

BEGINS_WITHIN = 30_000  # ms
IDLE = ".jp-Notebook-ExecutionIndicator[data-status=idle]"
PICTURE = "img, canvas"
VIEWS = ".vae-plane, .vae-explorer"
TROUBLE = "[data-mime-type$=error], [data-mime-type$=stderr]"
COUNT_CELLS = "document.querySelectorAll('.jp-Notebook .jp-Cell').length"
PROMPTS = """
[...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')]
    .map(prompt => prompt.textContent)
"""
HAS_BEGUN = f"before => {PROMPTS}.join() != before.join()"
HAS_RUN = f"""before => {{
    const now = {PROMPTS};
    return now.join() != before.join() && !now.includes('[*]:');
}}"""
# What the page shows: the file behind it may be gone by now.
PIXELS = """image => {
    const width = image.naturalWidth ?? image.width;
    const height = image.naturalHeight ?? image.height;
    if (image.complete === false || !width) return null;
    const canvas = Object.assign(
        document.createElement('canvas'), {width, height});
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas.toDataURL('image/png');
}"""
OTHER_PIXELS = f"""([image, before]) => {{
    const now = ({PIXELS})(image);
    return now && now != before;
}}"""
SAME_PIXELS = f"([image, before]) => ({PIXELS})(image) == before"
IS_ANSWERED = """view => {
    const place = [...view.querySelectorAll('output')].map(
        said => said.textContent);
    const words = view.querySelector('.vae-words').textContent;
    return words.startsWith(`z = (${place.join(', ')})`);
}"""
IS_TOLD = """([view, text]) => {
    const told = view.querySelector('[role=status]').textContent;
    return told && text.endsWith(told);
}"""
IS_CUT_OFF = """view => {
    const output = view.closest('.jp-OutputArea-output');
    return output.scrollHeight > output.clientHeight
        || output.scrollWidth > output.clientWidth;
}"""
HAS_MOVED = "([text, before]) => text.getAttribute('x') != before"
PLACE_OF_TEXT = """text =>
    ['x', 'y'].map(name => parseFloat(text.getAttribute(name)) / 100)"""
HAS_FOCUS = "element => element == document.activeElement"
PRESS = """(button, again_after) => {
    button.click();
    if (again_after) setTimeout(() => button.click(), again_after);
    return button.textContent;
}"""
SHARE_OF_WAY = """slider =>
    (slider.value - slider.min) / (slider.max - slider.min)"""


class Notebook:
    """A lesson in a tab of its own.

    JupyterLab shows neither the ids nor the metadata of its cells, so they
    are found by their order in the file.
    """

    def __init__(self, page, name, lessons=LESSONS):
        self.page, self.name = page, name
        text = (lessons / f"{name}.ipynb").read_text(encoding="utf-8")
        self.sources = json.loads(text)["cells"]

    def open(self, url):
        """Go there; wait for all cells and for a kernel at rest."""
        self.page.goto(url)
        self.page.wait_for_function(f"{COUNT_CELLS} == {len(self.sources)}")
        self.page.locator(IDLE).wait_for()

    def cells(self, **marks):
        """Return the cells with these marks: exercise, role, id, cell_type."""
        return [
            Cell(self, index)
            for index, source in enumerate(self.sources)
            if marks.items()
            <= (source | source["metadata"].get("vae_course", {})).items()
        ]

    def cell(self, **marks):
        """Return the only cell with these marks."""
        [cell] = self.cells(**marks)
        return cell

    def run_all(self):
        """Run all cells from the menu, where a first choice may be lost."""
        with self.running():
            before = self.page.evaluate(PROMPTS)
            self._choose("Run", "Run All Cells")
            try:
                self.page.wait_for_function(
                    HAS_BEGUN, arg=before, timeout=BEGINS_WITHIN
                )
            except TimeoutError:
                self._choose("Run", "Run All Cells")

    def run_all_by_keyboard(self):
        """Run all cells from the palette of commands."""
        with self.running():
            self._command("Run All Cells")

    def clear_outputs(self):
        self._command("Clear Outputs of All Cells")

    def use_theme(self, name):
        self._command(f"Use Theme: {name}")
        light = str("Light" in name).lower()
        self.page.wait_for_function(
            f"document.body.dataset.jpThemeLight == '{light}'"
        )

    def _choose(self, *items):
        """Choose in the menu, by mouse."""
        for item in items:
            self.page.get_by_role("menuitem", name=item, exact=True).click()

    def _command(self, name):
        """Choose a command in the palette, by keyboard."""
        keyboard = self.page.keyboard
        keyboard.press("ControlOrMeta+Shift+C")
        self.page.locator(".lm-CommandPalette-input:focus").wait_for()
        keyboard.type(name)
        chosen = self.page.locator(".lm-CommandPalette-item.lm-mod-active")
        chosen.get_by_text(name, exact=True).wait_for()
        keyboard.press("Enter")

    @contextlib.contextmanager
    def running(self):
        """Wait until that which is started within has run."""
        before = self.page.evaluate(PROMPTS)
        yield
        self.page.wait_for_function(HAS_RUN, arg=before)
        self.page.locator(IDLE).wait_for()

    def trouble(self):
        """Return what the outputs say of errors and warnings."""
        return self.page.locator(TROUBLE).all_text_contents()

    def hints(self):
        return self.page.locator(".jp-RenderedMarkdown details")

    def pictures(self, outputs):
        """Wait for so many outputs with pictures, and return these."""
        found = self.page.locator(".jp-OutputArea-child:has(img)")
        found.nth(outputs - 1).wait_for(state="attached")
        return [Picture(shown) for shown in found.locator(PICTURE).all()]

    def screenshot(self, path):
        self.page.screenshot(path=path)


class Cell:
    """One cell of an open lesson."""

    def __init__(self, notebook, index):
        self._notebook, self.page = notebook, notebook.page
        self._root = self.page.locator(
            f'.jp-Notebook .jp-Cell[data-windowed-list-index="{index}"]'
        )

    def prompt(self):
        return self._root.locator(".jp-InputPrompt").text_content()

    def output(self):
        """Look at the outputs and return their text."""
        self._root.scroll_into_view_if_needed()
        texts = self._root.locator(".jp-OutputArea-output").all_text_contents()
        return "\n".join(texts)

    def write(self, source):
        self._root.locator(".cm-content").fill(source)

    def run(self):
        self._root.locator(".cm-content").click()
        with self._notebook.running():
            self.page.keyboard.press("ControlOrMeta+Enter")

    def picture(self):
        return Picture(self._root.locator(".jp-OutputArea").locator(PICTURE))

    def views(self):
        return [View(view) for view in self._root.locator(VIEWS).all()]

    def film(self):
        """Return what shows of its views, without the focus, as a PNG."""
        self.page.evaluate("document.activeElement.blur()")
        output = self._root.locator(".jp-OutputArea-output")
        return output.filter(has=self.page.locator(VIEWS)).screenshot()

    def slider(self, name):
        return self._root.get_by_role("slider", name=name)

    def planes(self, count):
        """Wait for so many planes to touch, and return them."""
        views = self._root.locator(".vae-plane")
        views.nth(count - 1).wait_for(state="attached")
        return [Plane(view) for view in views.all()]

    def is_active(self):
        return "jp-mod-active" in self._root.get_attribute("class").split()

    def select(self):
        self._root.locator(".jp-InputPrompt").click()


class View:
    """A view of the course: what one moves in it, and what it tells."""

    def __init__(self, root):
        self._root, self.page = root, root.page

    def shown(self, selector):
        return self._root.locator(selector)

    def controls(self):
        """Return what can be moved or pressed, in its order."""
        found = self._root.locator("[role=application], input, button")
        return [Control(control) for control in found.all()]

    def button(self, name):
        return self._root.get_by_role("button", name=name, exact=True)

    def wait_until_told(self, text):
        """Wait until a screen reader has been told this, or its end."""
        arg = [self._root.element_handle(), text]
        self.page.wait_for_function(IS_TOLD, arg=arg)

    def is_cut_off(self):
        """Say whether the output has to be scrolled to see all of it."""
        return self._root.evaluate(IS_CUT_OFF)


class Control:
    """What can be moved or pressed in a view."""

    def __init__(self, shown):
        self._shown = shown

    def look(self):
        """Return it and what is around it, as a PNG."""
        return self._shown.locator("..").screenshot()

    def has_focus(self):
        return self._shown.evaluate(HAS_FOCUS)


class Plane(View):
    """A plane in which a point is moved, with its sliders and pictures."""

    def __init__(self, view):
        super().__init__(view)
        self.map = view.get_by_role("application")
        self._axes = self.map.locator("> svg")
        self.picture = Picture(view.locator("canvas").first)

    def click(self, across, down):
        """Click at a place given in shares of the axes."""
        box = self._axes.bounding_box()
        self._axes.click(
            position={"x": across * box["width"], "y": down * box["height"]}
        )

    @contextlib.contextmanager
    def pressed(self, across, down):
        """Press there; let go after what is done within."""
        self.map.scroll_into_view_if_needed()
        self.move_pointer(across, down)
        self.page.mouse.down()
        yield
        self.page.mouse.up()

    def move_pointer(self, across, down):
        """Move it there, in several steps."""
        box = self._axes.bounding_box()
        x = box["x"] + across * box["width"]
        y = box["y"] + down * box["height"]
        self.page.mouse.move(x, y, steps=10)

    def press(self, key):
        self.map.press(key)

    def place(self):
        """Return where the sliders stand, across and up, in such shares."""
        sliders = self._root.get_by_role("slider").all()
        return [slider.evaluate(SHARE_OF_WAY) for slider in sliders]

    def end(self, name):
        """Return where an end of the walk stands, across and up."""
        x, y = self._end(name).evaluate(PLACE_OF_TEXT)
        return [x, 1 - y]

    def put(self, name):
        """Put an end of the walk where the point is; wait for it."""
        end = self._end(name).element_handle()
        before = end.get_attribute("x")
        self.button(f"Put {name} here").click()
        self.page.wait_for_function(HAS_MOVED, arg=[end, before])

    def _end(self, name):
        return self._axes.get_by_text(name, exact=True)

    def press_button(self, name, again_after=None):
        """Press it, and again so many ms later; return its new name.

        By the page's own clock: a busy machine may keep the test waiting
        longer than the walk lasts.
        """
        return self.button(name).evaluate(PRESS, again_after)

    def trail(self):
        """Return the points of the trail, as it is drawn."""
        return self._axes.locator("path.ink").get_attribute("d").split("M")[1:]

    def words(self):
        return self._root.locator(".vae-words").text_content()

    def wait_until_answered(self):
        """Wait until the words are those of the point."""
        view = self._root.element_handle()
        self.page.wait_for_function(IS_ANSWERED, arg=view)


class Picture:
    """An image or a canvas in an output."""

    def __init__(self, shown):
        self._shown = shown

    def text(self):
        """Return what stands in for it where it is not seen."""
        return self._shown.get_attribute("alt")

    def look(self):
        """Wait until it is there, and return it as a PNG in a data URL."""
        self._shown.scroll_into_view_if_needed()
        return self._wait_for(PIXELS, self._shown.element_handle())

    def wait_for_another_than(self, before):
        """Wait until it shows something else, and return that."""
        self._wait_for(OTHER_PIXELS, [self._shown.element_handle(), before])
        return self.look()

    def wait_for(self, before):
        """Wait until it shows this again."""
        self._wait_for(SAME_PIXELS, [self._shown.element_handle(), before])

    def _wait_for(self, function, argument):
        page = self._shown.page
        return page.wait_for_function(function, arg=argument).json_value()


def pixels(picture):
    """Decode what `Picture.look` returns: rows, columns, colours."""
    file = io.BytesIO(base64.b64decode(picture.partition(",")[2]))
    return imread(file, format="png")[..., :3]
