/** Between two measurements at least, ms. */
const EVERY = 950;

/** What this process takes: measured about once a second, and only when asked. */
export class ProcessFigures {
  #at = performance.now();
  #usage = process.cpuUsage();
  #figures = { residentMemory: process.memoryUsage.rss(), cpuLoad: 0 };

  read(): { readonly residentMemory: number; readonly cpuLoad: number } {
    const now = performance.now();
    if (now - this.#at < EVERY) return this.#figures;
    const { user, system } = process.cpuUsage(this.#usage);
    const cpuLoad = Math.round((user + system) / (now - this.#at)) / 1000;
    this.#at = now;
    this.#usage = process.cpuUsage();
    this.#figures = { residentMemory: process.memoryUsage.rss(), cpuLoad };
    return this.#figures;
  }
}
