/** A canvas that fits its element and the screen's pixels. */
export class Surface {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  #width = 0;
  #height = 0;
  #scale = 0;

  constructor(canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d');
    if (context === null) throw new Error('This browser has no 2D canvas.');
    this.canvas = canvas;
    this.context = context;
  }

  /** True if it is another size than before, and so empty. */
  fit(width: number, height: number, zoom = 1): boolean {
    const scale = Math.min(3, (devicePixelRatio || 1) * Math.max(1, zoom));
    if (width === this.#width && height === this.#height && scale === this.#scale) return false;
    this.#width = width;
    this.#height = height;
    this.#scale = scale;
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.context.setTransform(scale, 0, 0, scale, 0, 0);
    return true;
  }

  clear(): void {
    this.context.clearRect(0, 0, this.#width, this.#height);
  }
}
