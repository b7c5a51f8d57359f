// A plane in which a point is moved; Python answers with pictures and words.
// Places are in the unit of the codes; shares are those of the plane's sides,
// from its top left.

const KEYS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};
const STEP = 0.01; // of the plane's side; ten times as far with Shift
const TICK = 40; // ms from one point of a walk to the next

const percent = (share) => `${100 * share}%`;

function render({ model, el }) {
  const root = addRoot(el, "vae-plane");
  const left = add(root, "div", { class: "vae-side" });
  const map = addMap(left, model);
  const read = () => [model.get("x"), model.get("y")];
  const point = makeMover(model, read, () => {
    drawPoint(map, shares(model, point.here));
    sliders.forEach((draw, k) => draw(point.here[k], inWords(point.here[k], 2)));
  });
  const sliders = addSliders(left, model, point);
  const walk = addWalk(left, model, point);
  listen(map, walk, model, point);
  const answer = addAnswer(add(root, "div", { class: "vae-answer" }), model);

  const trailed = () => {
    drawTrail(map, model);
    answer.draw();
  };
  const unfollow = follow(model, {
    "change:x": point.answered,
    "change:y": point.answered,
    "change:answered": point.answered,
    "change:trail": trailed, // it grows with every new picture
    "change:walk": () => drawWalk(map, model),
  });
  return () => {
    walk.stop();
    answer.stop();
    unfollow();
  };
}

// --- The plane ---------------------------------------------------------------

function addMap(parent, model) {
  const node = add(parent, "div", {
    class: "vae-map",
    tabindex: 0,
    role: "application",
    "aria-label": model.get("label"),
  });
  node.style.width = `${model.get("wide")}px`;
  const backdrop = add(node, "img", { alt: "", draggable: false });
  showPng(backdrop, bytes(model, "backdrop"));
  const svg = add(node, "svg", { "aria-hidden": true });
  ["left", "top", "width", "height"].forEach((side, k) => {
    svg.style[side] = percent(model.get("area")[k]);
  });
  const unit = { viewBox: "0 0 1 1", preserveAspectRatio: "none" };
  const dots = add(svg, "svg", unit);
  const twice = (parent, name, more) =>
    ["rim", "ink"].map((look) => add(parent, name, { class: look, ...more }));
  return {
    node,
    svg,
    trail: twice(dots, "path"),
    line: add(svg, "line", { class: "walk" }),
    ends: ["A", "B"].map((name) => add(svg, "text", {}, name)),
    across: add(svg, "line", { x1: 0, x2: "100%" }),
    down: add(svg, "line", { y1: 0, y2: "100%" }),
    rings: twice(svg, "circle", { r: 8 }),
  };
}

function listen({ node, svg }, walk, model, point) {
  const toPointer = (event) => {
    const box = svg.getBoundingClientRect();
    const across = (event.clientX - box.left) / box.width;
    const down = (event.clientY - box.top) / box.height;
    go(model, point, placeOf(model, [across, down]));
  };
  node.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    walk.stop();
    node.setPointerCapture(event.pointerId);
    toPointer(event);
  });
  node.addEventListener("pointermove", (event) => {
    if (node.hasPointerCapture(event.pointerId)) toPointer(event);
  });
  node.addEventListener("keydown", (event) => {
    const way = KEYS[event.key];
    if (!way || !isPlain(event)) return;
    event.preventDefault();
    walk.stop();
    const step = event.shiftKey ? 10 * STEP : STEP;
    const place = shares(model, point.here);
    const there = place.map((share, k) => share + way[k] * step);
    go(model, point, placeOf(model, there));
  });
}

function go(model, point, [x, y]) {
  const [left, right, bottom, top] = model.get("limits");
  point.move([clamp(x, left, right), clamp(y, bottom, top)]);
}

function shares(model, [x, y]) {
  const [left, right, bottom, top] = model.get("limits");
  return [(x - left) / (right - left), (y - top) / (bottom - top)];
}

function placeOf(model, [across, down]) {
  const [left, right, bottom, top] = model.get("limits");
  return [left + across * (right - left), top + down * (bottom - top)];
}

function drawPoint({ across, down, rings }, place) {
  const [x, y] = place.map(percent);
  set(across, { y1: y, y2: y });
  set(down, { x1: x, x2: x });
  for (const ring of rings) set(ring, { cx: x, cy: y });
}

function drawTrail({ trail }, model) {
  const dot = (place) => `M${shares(model, place).join(" ")}h0`;
  const d = places(model, "trail").map(dot).join("");
  for (const path of trail) set(path, { d });
}

function drawWalk({ line, ends }, model) {
  const walk = places(model, "walk");
  const [[x1, y1], [x2, y2]] = [walk[0], walk.at(-1)].map((place) =>
    shares(model, place).map(percent));
  set(line, { x1, y1, x2, y2 });
  set(ends[0], { x: x1, y: y1 });
  set(ends[1], { x: x2, y: y2 });
}

// --- The controls below it ---------------------------------------------------

function addSliders(parent, model, point) {
  return [0, 1].map((k) => {
    const [min, max] = model.get("limits").slice(2 * k, 2 * k + 2);
    const range = { min, max, step: (max - min) / 200 };
    return addSlider(parent, `z[:, ${k}]`, range, (number) => {
      go(model, point, point.here.map((x, i) => (i === k ? number : x)));
    });
  });
}

function addWalk(parent, model, point) {
  const row = add(parent, "div", { class: "vae-walk" });
  const play = add(row, "button", { class: "jupyter-button" });
  let ticking = null;
  const show = () => {
    play.textContent = ticking ? "Stop" : "Walk from A to B";
  };
  const stop = () => {
    clearInterval(ticking);
    ticking = null;
    show();
  };
  const start = () => {
    const walk = places(model, "walk");
    ticking = setInterval(() => {
      go(model, point, walk.shift());
      if (!walk.length) stop();
    }, TICK);
    show();
  };
  play.addEventListener("click", () => (ticking ? stop() : start()));
  ["A", "B"].forEach((name, k) => {
    const text = `Put ${name} here`;
    const button = add(row, "button", { class: "jupyter-button" }, text);
    button.addEventListener("click", () => {
      const ends = [...model.get("ends")];
      ends[k] = point.here;
      model.set("ends", ends);
      model.save_changes();
    });
  });
  show();
  return { stop };
}

// --- The pictures beside it --------------------------------------------------

function addAnswer(parent, model) {
  const pictures = model.get("captions").map(() => {
    const figure = add(parent, "figure");
    const canvas = add(figure, "canvas", { role: "img" });
    return { canvas, caption: add(figure, "figcaption") };
  });
  const words = add(parent, "p", { class: "vae-words" });
  const spoken = addSpoken(parent);
  const draw = () => {
    const [height, width] = model.get("shape");
    const ink = new Uint8Array(bytes(model, "pictures"));
    pictures.forEach(({ canvas, caption }, k) => {
      const text = model.get("captions")[k];
      paint(canvas, ink.subarray(k * height * width), height, width);
      set(canvas, { "aria-label": text });
      caption.textContent = text;
    });
    words.textContent = model.get("words");
    spoken.say(model.get("words"));
  };
  return { draw, stop: spoken.stop };
}

function paint(canvas, ink, height, width) {
  Object.assign(canvas, { width, height });
  const picture = new ImageData(width, height);
  for (let k = 0; k < width * height; k++) {
    picture.data.fill(255 - ink[k], 4 * k, 4 * k + 3);
    picture.data[4 * k + 3] = 255;
  }
  canvas.getContext("2d").putImageData(picture, 0, 0);
}

function places(model, name) {
  const numbers = new Float32Array(bytes(model, name));
  return Array.from({ length: numbers.length / 2 }, (_, k) =>
    [numbers[2 * k], numbers[2 * k + 1]]);
}

export default { render };
