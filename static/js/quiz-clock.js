// The time on the server, how much is left, and the bar that shows it.

export const say = (words, values = {}) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);

const ANNOUNCE = [10, 5, 1]; // minutes
const MOVED = 5000; // ms: a deadline that differs by less has not moved
const TIME = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Hong_Kong", hour: "2-digit", minute: "2-digit" });

/** What time it is on the server, and how long the attempt still runs. */
export class Clock {
  constructor(now, remaining) {
    this.set(now, remaining);
  }

  /**
   * Take the server's word; return by how many milliseconds the end has moved. A reply that a later
   * one has overtaken may give time, as it may have waited for the gift, but takes none back.
   */
  set(now, remaining) {
    if (now < this.started && now + remaining <= this.ends) return 0;
    const moved = this.mark === undefined ? 0 : now + remaining - this.ends;
    this.ends = now + remaining;
    this.mark = performance.now();
    this.started = now;
    this.left = remaining;
    return Math.abs(moved) < MOVED ? 0 : moved;
  }

  get now() {
    return Math.round(this.started + performance.now() - this.mark);
  }

  get remaining() {
    return Math.max(0, this.left - (performance.now() - this.mark));
  }
}

/** Shows the time that is left, says it aloud a few times, and can be hidden. */
export class Timer {
  #said = new Set();
  #over = false;

  constructor(sheet) {
    this.sheet = sheet;
    this.bar = sheet.form.querySelector("[data-clock]");
    this.time = this.bar.querySelector("[data-time]");
    const button = this.bar.querySelector("[data-hide]");
    button.hidden = false;
    button.addEventListener("click", () => {
      const hide = this.bar.toggleAttribute("data-hidden");
      button.setAttribute("aria-pressed", String(hide));
      button.textContent = hide ? sheet.words.saysShow : sheet.words.saysHide;
    });
    const left = sheet.clock.remaining / 60_000;
    for (const minutes of ANNOUNCE) if (left < minutes) this.#said.add(minutes);
    setInterval(() => this.tick(), 1000);
    this.tick();
  }

  /** The end has moved: say so once, politely, and announce the minutes that come again. */
  moved(ms) {
    const { words, clock } = this.sheet;
    this.#over = false;
    for (const minutes of ANNOUNCE) if (clock.remaining > minutes * 60_000) this.#said.delete(minutes);
    const ends = say(words.saysEnds, { t: TIME.format(new Date(clock.ends)) });
    const n = Math.round(Math.abs(ms) / 60_000);
    const change = ms < 0 ? "" : n === 1 ? words.saysMoreOne : say(words.saysMore, { n });
    this.sheet.form.querySelector("[data-ends]").textContent = ends;
    this.sheet.notice(n ? `${change} ${ends}`.trim() : ends);
    this.tick();
  }

  tick() {
    const seconds = Math.ceil(this.sheet.clock.remaining / 1000);
    const parts = [Math.floor(seconds / 60), seconds % 60].map((n) => String(n).padStart(2, "0"));
    this.time.textContent = parts.join(":");
    this.bar.classList.toggle("soon", seconds <= 300);
    for (const minutes of ANNOUNCE) {
      if (seconds <= minutes * 60 && seconds > 0 && !this.#said.has(minutes)) {
        this.#said.add(minutes);
        const words = this.sheet.words;
        this.sheet.told.textContent = minutes === 1 ? words.saysMinute : say(words.saysMinutes, { n: minutes });
      }
    }
    if (seconds === 0 && !this.#over) {
      this.#over = true;
      this.sheet.timeOver();
    }
  }
}

