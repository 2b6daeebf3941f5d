// The quiz page: saves each change, keeps on this device what could not be sent, shows the time.
//
// The server's clock is the only one. The page is told what time it is there and how much is left,
// counts on with a clock that nobody can set (performance.now), and is told again with each save.
// The sequence number of a change is the server's time in milliseconds, so of two windows or
// devices the later change wins, whatever their own clocks say.

const SEND_AFTER = 600; // ms from a change to its saving: several quick ones go together
const CALL_EVERY = 45_000; // ms between calls when nothing changes: time given by staff arrives
const RETRY = [1000, 2000, 4000, 8000, 15_000];
const ANNOUNCE = [10, 5, 1]; // minutes
const OVER_SPREAD = 3000; // not everybody sends the last form in the same instant

const say = (words, values = {}) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const jitter = (ms) => ms * (0.8 + 0.4 * Math.random());

/** What time it is on the server, and how long the attempt still runs. */
class Clock {
  constructor(now, remaining) {
    this.set(now, remaining);
  }

  set(now, remaining) {
    this.mark = performance.now();
    this.started = now;
    this.left = remaining;
  }

  get now() {
    return Math.round(this.started + performance.now() - this.mark);
  }

  get remaining() {
    return Math.max(0, this.left - (performance.now() - this.mark));
  }
}

/** Answers that the server has not acknowledged, by position; they survive a reload or a crash. */
class Queue {
  constructor(key) {
    this.key = `dtt-quiz-${key}`;
    this.waiting = new Map(this.#read());
  }

  put(position, change) {
    this.waiting.set(position, change);
    this.#write();
  }

  /** Forget a change, unless a newer one of the same answer has come since. */
  done(position, sequence) {
    if (this.waiting.get(position)?.sequence <= sequence) this.waiting.delete(position);
    this.#write();
  }

  static forget(key) {
    try {
      localStorage.removeItem(`dtt-quiz-${key}`);
    } catch {
      // A browser that keeps nothing has nothing to forget.
    }
  }

  #read() {
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? "[]");
    } catch {
      return [];
    }
  }

  #write() {
    try {
      if (this.waiting.size) localStorage.setItem(this.key, JSON.stringify([...this.waiting]));
      else localStorage.removeItem(this.key);
    } catch {
      // Storage is full or forbidden: the answers stay in this page until they are sent.
    }
  }
}

/** One question on the page. */
class Question {
  constructor(element) {
    this.element = element;
    this.position = Number(element.dataset.position);
    this.sequence = Number(element.dataset.sequence);
    this.inputs = [...element.querySelectorAll(`[name="a-${this.position}"]`)];
    this.original = element.querySelector("[data-original]");
  }

  get answer() {
    const chosen = this.inputs.filter((input) => input.checked).map((input) => input.value);
    const text = this.inputs[0].value.trim();
    switch (this.element.dataset.kind) {
      case "single": return chosen.length ? { choice: chosen[0] } : null;
      case "multiple": return chosen.length ? { choices: chosen.sort() } : null;
      case "truefalse": return chosen.length ? { value: chosen[0] === "true" } : null;
      case "numerical": return text ? { number: text } : null;
      case "matching": return picked(this.inputs, (rows) => ({ pairs: Object.fromEntries(rows) }));
      case "ordering": return picked(this.inputs, (rows) => ({ order: byPlace(rows, this.inputs.length) }));
      default: return text ? { text } : null;
    }
  }

  set answer(answer) {
    const { choice, choices, value, number, text } = answer ?? {};
    const chosen = choices ?? [choice ?? (value === undefined ? undefined : String(value))];
    for (const input of this.inputs) {
      if (input.type === "text") input.value = number ?? text ?? "";
      else if (input.type === "select-one") pick(input, answer);
      else input.checked = chosen.includes(input.value);
    }
    this.element.dispatchEvent(new Event("answered-elsewhere"));
  }

  /** The form posts only what differs from its original, so a saved answer is the new original. */
  acknowledge(answer) {
    this.original.value = canonical(answer);
  }
}

// An answer of several lists: the value of each says its row and what is picked there, "b:d".

/** The rows where something is picked, as an answer; null if there are none, or it is none. */
function picked(lists, answerOf) {
  const rows = lists.map((list) => list.value.split(":")).filter(([, choice]) => choice);
  const answer = rows.length ? answerOf(rows) : null;
  return answer && Object.values(answer)[0] ? answer : null;
}

/** The keys of the rows by their numbers; null if a number is missing or stands twice. */
function byPlace(rows, size) {
  const order = [];
  for (const [key, place] of rows) order[Number(place) - 1] = key;
  return Object.keys(order).length === size ? order : null;
}

function pick(list, answer) {
  const [key] = list.value.split(":");
  const place = (answer?.order?.indexOf(key) ?? -1) + 1;
  list.value = `${key}:${answer?.pairs?.[key] ?? (place || "")}`;
}

/** As the server writes it: sorted keys, a space after each colon and comma. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort().map((name) => `"${name}": ${canonical(value[name])}`);
  return `{${members.join(", ")}}`;
}

class Sheet {
  #sending = false;
  #timer = 0;
  #failures = 0;
  #closed = false;

  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.clock = new Clock(Number(form.dataset.now), Number(form.dataset.remaining));
    this.queue = new Queue(form.dataset.quiz);
    this.state = form.querySelector("[data-state]");
    this.count = form.querySelector("[data-answered]");
    this.told = form.querySelector("[data-told]");
    this.questions = new Map(
      [...form.querySelectorAll("[data-position]")].map((element) => {
        const question = new Question(element);
        return [question.position, question];
      }),
    );
    this.#restore();
    form.addEventListener("input", (event) => this.#changed(event));
    addEventListener("online", () => this.send());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#call();
      this.send();
    });
    addEventListener("pagehide", () => this.send());
    form.querySelector("[data-save-button]").addEventListener("click", (event) => {
      event.preventDefault();
      this.send();
    });
    setInterval(() => this.#call(), jitter(CALL_EVERY));
    this.#show();
  }

  /** What an earlier page could not send goes on from here, unless the server has newer. */
  #restore() {
    for (const [position, change] of [...this.queue.waiting]) {
      const question = this.questions.get(position);
      if (question && change.sequence > question.sequence) question.answer = change.answer;
      else this.queue.done(position, change.sequence);
    }
    if (this.queue.waiting.size) this.#soon(0);
  }

  #changed(event) {
    const question = this.questions.get(Number(event.target.closest("[data-position]")?.dataset.position));
    if (!question || this.#closed) return;
    question.sequence = Math.max(question.sequence + 1, this.clock.now);
    this.queue.put(question.position, { sequence: question.sequence, answer: question.answer });
    this.#show(this.words.saysSaving);
    this.#soon(SEND_AFTER);
  }

  #soon(ms) {
    if (this.#timer) return;
    this.#timer = setTimeout(() => this.send(), ms);
  }

  #call() {
    if (!this.queue.waiting.size && document.visibilityState === "visible") this.#post([]);
  }

  async send() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#sending || this.#closed || !this.queue.waiting.size) return;
    const answers = [...this.queue.waiting].map(([position, change]) => ({ position, ...change }));
    this.#sending = true;
    this.#show(this.words.saysSaving);
    const reached = await this.#post(answers);
    this.#sending = false;
    if (reached) this.#failures = 0;
    const again = this.queue.waiting.size && !this.#closed;
    if (again) this.#soon(reached ? SEND_AFTER : jitter(RETRY[Math.min(this.#failures++, RETRY.length - 1)]));
    if (reached) this.#show();
  }

  /** Send answers, or none to ask for the time; tell whether the server has taken them. */
  async #post(answers) {
    let reply;
    let body;
    try {
      reply = await fetch(this.words.save, {
        method: "POST",
        keepalive: true,
        headers: {
          "Content-Type": "application/json",
          "X-CSRFToken": this.form.elements.namedItem("csrfmiddlewaretoken").value,
        },
        body: JSON.stringify({ answers }),
      });
      body = await reply.json();
    } catch {
      this.#showKept();
      return false;
    }
    if (reply.status === 409) {
      this.#close(body.message);
      return true;
    }
    if (!reply.ok) {
      this.#showKept(body.message);
      return false;
    }
    this.clock.set(body.now, body.remaining);
    for (const result of body.results) this.#take(result, answers);
    return true;
  }

  #take(result, answers) {
    const question = this.questions.get(result.position);
    const sent = answers.find((answer) => answer.position === result.position);
    const newest = this.queue.waiting.get(result.position)?.sequence === sent.sequence;
    this.queue.done(result.position, sent.sequence);
    if (result.state === "saved") {
      question.acknowledge(sent.answer);
    } else if (result.state === "stale" && newest) {
      question.sequence = result.sequence;
      question.answer = result.answer;
      question.acknowledge(result.answer);
      this.told.textContent = say(this.words.saysNewer, { n: result.position });
    }
  }

  #showKept(message) {
    const n = this.queue.waiting.size;
    if (!n) return;
    const kept = n === 1 ? this.words.saysKeptOne : say(this.words.saysKeptMany, { n });
    this.#show([message, kept].filter(Boolean).join(" "));
    this.told.textContent = this.state.textContent;
  }

  #show(text) {
    let answered = 0;
    for (const question of this.questions.values()) {
      const has = question.answer !== null;
      answered += has;
      const link = this.form.querySelector(`[data-number="${question.position}"]`);
      link.classList.toggle("answered", has);
    }
    const count = say(this.words.saysAnswered, { n: answered, all: this.questions.size });
    this.count.textContent = count;
    this.state.textContent = text ?? this.words.saysSaved;
  }

  /** The time is over, or the attempt was submitted elsewhere. */
  #close(message) {
    this.#closed = true;
    this.told.textContent = message ?? this.words.saysOver;
    this.state.textContent = this.told.textContent;
    document.querySelector("[data-time-over]").submit();
  }

  async timeOver() {
    this.told.textContent = this.words.saysOver;
    await this.send();
    setTimeout(() => this.#close(), Math.random() * OVER_SPREAD);
  }
}

/** Shows the time that is left, says it aloud a few times, and can be hidden. */
class Timer {
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

const form = document.querySelector("[data-quiz]");
if (form) new Timer(new Sheet(form));
const closed = document.querySelector("[data-quiz-closed]");
if (closed) Queue.forget(closed.dataset.quizClosed);
