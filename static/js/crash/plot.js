// @ts-check
/** The curve, drawn by us on a canvas in the page's own tokens: crisp on every screen, in both themes. */

const EDGE = { bottom: 34, top: 64, axis: 88 };
const NARROW = { width: 520, axis: 64 };
const SHORTEST_MS = 6000;
const LEAST_RISE = 0.6;
const POINTS = 72;
const LINES = 5;
const LEAST_HIGH = 40;
const HALO = 15;
const TOKENS = { line: "--line", faint: "--faint", soft: "--soft", chip: "--ink-4", gold: "--gold", fill: "--gold-fill", pale: "--gold-pale", loss: "--loss" };

/** @typedef {{ elapsed: number, multiplier: number, at: (elapsed: number) => number, when: (multiplier: number) => number, goal: number | null, goalWords: string, lost: boolean, ahead: boolean }} Picture multipliers as multiples of the stake */

export class Plot {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    /** @type {Picture | null} */
    this.picture = null;
    this.readTokens();
    new ResizeObserver(() => this.fit()).observe(canvas);
    const restyle = () => { this.readTokens(); this.redraw(); };
    document.addEventListener("club:switch", restyle);
    document.fonts?.ready.then(restyle);
  }

  readTokens() {
    const style = getComputedStyle(this.canvas);
    this.ink = Object.fromEntries(Object.entries(TOKENS).map(([name, token]) => [name, style.getPropertyValue(token).trim()]));
    this.font = `${style.fontSize} ${style.fontFamily}`;
  }

  /** One canvas pixel for each pixel of the device. */
  fit() {
    const { width, height } = this.canvas.getBoundingClientRect();
    const dense = devicePixelRatio || 1;
    this.canvas.width = Math.round(width * dense);
    this.canvas.height = Math.round(height * dense);
    this.redraw();
  }

  /** @param {Picture | null} picture */
  draw(picture) {
    this.picture = picture;
    this.redraw();
  }

  redraw() {
    const dense = devicePixelRatio || 1;
    const [width, height] = [this.canvas.width / dense, this.canvas.height / dense];
    if (width < NARROW.axis || height < EDGE.top + EDGE.bottom + LEAST_HIGH) return; // hidden, or not laid out yet
    this.pen.setTransform(dense, 0, 0, dense, 0, 0);
    this.pen.clearRect(0, 0, width, height);
    const scale = this.scale(width, height);
    this.grid(scale, width);
    if (!this.picture) return;
    this.goal(scale, width);
    if (this.picture.ahead) this.path(scale, scale.span, { colour: this.ink.soft, opacity: 0.35, width: 2 });
    this.flown(scale);
  }

  /**
   * What fits: the flown part nearly fills the picture. A picture that must keep still grows in doublings instead.
   * @param {number} width @param {number} height
   */
  scale(width, height) {
    const { elapsed = 0, multiplier = 1, ahead = false, when } = this.picture ?? {};
    const right = width <= NARROW.width ? NARROW.axis : EDGE.axis;
    let rise = Math.max(multiplier - 1, LEAST_RISE) * 1.06;
    let span = Math.max(elapsed, SHORTEST_MS) * 1.02;
    if (ahead && when) {
      const doubled = 2 ** Math.ceil(Math.log2(multiplier + 0.5));
      rise = (doubled - 1) * 1.06;
      span = when(doubled);
    }
    const floor = height - EDGE.bottom;
    return {
      rise, span, floor, right: width - right,
      x: (/** @type {number} */ ms) => (ms / span) * (width - right),
      y: (/** @type {number} */ times) => floor - ((times - 1) / rise) * (floor - EDGE.top),
    };
  }

  /** @param {ReturnType<Plot["scale"]>} scale @param {number} width */
  grid({ rise, y }, width) {
    const { pen, ink } = this;
    const step = nice(rise / LINES);
    const digits = Math.max(1, Math.ceil(-Math.log10(step)));
    pen.font = this.font;
    pen.textAlign = "right";
    pen.textBaseline = "alphabetic";
    pen.lineWidth = 1;
    for (let times = 1; y(times) > 24; times = (Math.floor(times / step + 1e-6) + 1) * step) {
      const height = Math.round(y(times)) + 0.5;
      pen.strokeStyle = ink.line;
      this.stroke([[0, height], [width, height]]);
      pen.fillStyle = ink.faint;
      pen.fillText(`${times.toFixed(digits)}x`, width - 16, height - 7);
    }
  }

  /** The automatic target, as a dashed line where it is in sight. @param {ReturnType<Plot["scale"]>} scale @param {number} width */
  goal({ y, right }, width) {
    const { pen, ink, picture } = this;
    if (!picture?.goal) return;
    const height = Math.max(y(picture.goal), 22);
    if (y(picture.goal) > 16) {
      pen.setLineDash([2, 6]);
      pen.strokeStyle = ink.soft;
      this.stroke([[0, height], [width, height]]);
      pen.setLineDash([]);
    }
    const wide = pen.measureText(picture.goalWords).width + 18;
    pen.fillStyle = ink.chip;
    pen.beginPath();
    pen.roundRect(right - wide, height - 12, wide, 24, 8);
    pen.fill();
    pen.fillStyle = ink.soft;
    pen.textBaseline = "middle";
    pen.fillText(picture.goalWords, right - 9, height + 1);
  }

  /** @param {ReturnType<Plot["scale"]>} scale */
  flown(scale) {
    const { pen, ink } = this;
    const { elapsed, multiplier, lost } = /** @type {Picture} */ (this.picture);
    const colour = lost ? ink.loss : ink.gold;
    const [x, y] = [scale.x(elapsed), scale.y(multiplier)];
    const head = Math.max(x, HALO);
    const area = pen.createLinearGradient(0, y, 0, scale.floor);
    area.addColorStop(0, lost ? ink.loss : ink.fill);
    area.addColorStop(1, `color-mix(in srgb, ${lost ? ink.loss : ink.fill} 1%, transparent)`);
    pen.globalAlpha = lost ? 0.12 : 0.22;
    pen.fillStyle = area;
    this.trace(scale, elapsed);
    pen.lineTo(x, scale.floor);
    pen.lineTo(0, scale.floor);
    pen.fill();
    pen.globalAlpha = 1;
    this.path(scale, elapsed, { colour, opacity: lost ? 0.75 : 1, width: 3.5 });
    pen.fillStyle = lost ? ink.loss : ink.fill;
    pen.globalAlpha = 0.22;
    this.disc(head, y, HALO);
    pen.globalAlpha = 1;
    pen.fillStyle = colour;
    this.disc(head, y, 7);
    pen.fillStyle = lost ? ink.loss : ink.pale;
    this.disc(head, y, 4.5);
  }

  /** @param {ReturnType<Plot["scale"]>} scale @param {number} until @param {{ colour: string, opacity: number, width: number }} look */
  path(scale, until, { colour, opacity, width }) {
    const { pen } = this;
    pen.strokeStyle = colour;
    pen.globalAlpha = opacity;
    pen.lineWidth = width;
    pen.lineCap = "round";
    pen.lineJoin = "round";
    this.trace(scale, until);
    pen.stroke();
    pen.globalAlpha = 1;
  }

  /** @param {ReturnType<Plot["scale"]>} scale @param {number} until */
  trace({ x, y }, until) {
    const { at } = /** @type {Picture} */ (this.picture);
    this.pen.beginPath();
    for (let point = 0; point <= POINTS; point += 1) {
      const ms = (until * point) / POINTS;
      this.pen.lineTo(x(ms), y(at(ms)));
    }
  }

  /** @param {[number, number][]} points */
  stroke([[fromX, fromY], [toX, toY]]) {
    this.pen.beginPath();
    this.pen.moveTo(fromX, fromY);
    this.pen.lineTo(toX, toY);
    this.pen.stroke();
  }

  /** @param {number} x @param {number} y @param {number} radius */
  disc(x, y, radius) {
    this.pen.beginPath();
    this.pen.arc(x, y, radius, 0, 2 * Math.PI);
    this.pen.fill();
  }
}

/** The next 1, 2 or 5 of its magnitude: steps that people can read. @param {number} least */
function nice(least) {
  const magnitude = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((step) => step * magnitude >= least) ?? 10) * magnitude;
}
