// What is noticed on the page of the quiz besides answers, as the start page says openly: how often
// and how long another window was in front, and that something was pasted into an answer (never
// what). It is sent now and then as a beacon. Nothing waits for it, and a browser that blocks it
// misses nothing: no score, rank or list ever depends on it.

const EVERY = 20_000; // ms between reports, at least
const SHORTEST = 1000; // ms: a glance at a notification is not worth a word

class Noticed {
  #counts = new Map();
  #away = 0;
  #sent = -EVERY;

  constructor(form) {
    this.address = form.dataset.noticing;
    this.token = form.elements.namedItem("csrfmiddlewaretoken").value;
    addEventListener("blur", () => this.#left());
    addEventListener("focus", () => this.#back());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") {
        this.#left();
        this.send();
      } else this.#back();
    });
    addEventListener("pagehide", () => this.send(true));
    addEventListener("online", () => this.send());
    form.addEventListener("paste", (event) => {
      const position = Number(event.target.closest("[data-position]")?.dataset.position);
      if (position) this.#add("paste", position, 0);
    });
    setInterval(() => this.send(), EVERY);
    this.send(true); // where the page is open: another device is seen at once
  }

  #left() {
    this.#away ||= performance.now();
  }

  #back() {
    const gone = this.#away ? performance.now() - this.#away : 0;
    this.#away = 0;
    if (gone >= SHORTEST) this.#add("focus-lost", 0, Math.round(gone / 1000));
  }

  #add(kind, position, seconds) {
    const key = `${kind} ${position}`;
    const known = this.#counts.get(key) ?? { kind, position, count: 0, seconds: 0 };
    known.count += 1;
    known.seconds += seconds;
    if (this.#counts.size < 40 || this.#counts.has(key)) this.#counts.set(key, known);
  }

  send(now = false) {
    const due = performance.now() - this.#sent >= EVERY;
    if (!now && (!due || !this.#counts.size)) return;
    const noticed = JSON.stringify([...this.#counts.values()]);
    const body = new URLSearchParams({ csrfmiddlewaretoken: this.token, noticed });
    try {
      if (navigator.sendBeacon(this.address, body)) this.#counts.clear();
    } catch {
      // Blocked or not there: then nothing is noticed.
    }
    this.#sent = performance.now();
  }
}

const form = document.querySelector("[data-noticing]");
if (form) new Noticed(form);
