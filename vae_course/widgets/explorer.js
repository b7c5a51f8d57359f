// A figure and its sliders; Python draws it anew after each move.

function render({ model, el }) {
  const root = addRoot(el, "vae-explorer");
  const read = () => model.get("numbers");
  const values = makeMover(model, read, () => {
    rows.forEach((draw, k) => draw(values.here[k]));
  });
  const rows = model.get("sliders").map((slider, k) =>
    addRow(root, slider, (number) => {
      values.move(values.here.map((old, i) => (i === k ? number : old)));
    }));
  const image = add(root, "img", { draggable: false });
  const [width, height] = model.get("size");
  set(image, { width, height });
  const spoken = addSpoken(root);
  const draw = () => {
    const words = model.get("words");
    showPng(image, bytes(model, "picture"));
    set(image, { alt: `${model.get("label")} ${words}` });
    spoken.say(words);
  };
  const unfollow = follow(model, {
    "change:numbers": values.answered,
    "change:answered": values.answered,
    "change:picture": draw,
  });
  return () => {
    spoken.stop();
    unfollow();
  };
}

function addRow(parent, { label, low, high, step, names }, moved) {
  const digits = Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  const range = { min: low, max: high, step };
  const draw = addSlider(parent, label, range, moved);
  const nameOf = (number) => names[Math.round((number - low) / step)];
  return (number) => draw(number, nameOf(number) ?? inWords(number, digits));
}

export default { render };
