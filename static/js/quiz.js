// The quiz page: saves each change, keeps on this device what could not be sent, shows the time.
//
// The server's clock is the only one. The page is told what time it is there and how much is left,
// counts on with a clock that nobody can set (performance.now), and is told again with each save.
// The sequence number of a change is the server's time in milliseconds, so of two windows or
// devices the later change wins, whatever their own clocks say.

import { Clock, Timer, say } from "./quiz-clock.js";
import { Flags } from "./quiz-flags.js";
import { Question } from "./quiz-question.js";
import { Queue } from "./quiz-queue.js";

const SEND_AFTER = 600; // ms from a change to its saving: several quick ones go together
const CALL_EVERY = 12_000; // ms between calls when nothing changes: time given by staff arrives
const RETRY = [1000, 2000, 4000, 8000, 15_000];
const AT_ONCE = 20; // answers in one request: the longest of them stay below what a request may hold
const OVER_SPREAD = 3000; // not everybody sends the last form in the same instant

const jitter = (ms) => ms * (0.8 + 0.4 * Math.random());

class Sheet {
  #sending = false;
  #timer = 0;
  #failures = 0;
  #closed = false;
  #refused = new Set(); // numbers of the questions whose answer the server cannot save
  #asked = 0;
  #page = [...crypto.getRandomValues(new Uint8Array(8))].map((n) => n.toString(16).padStart(2, "0")).join("");
  #elsewhere = false;
  #tabs = "BroadcastChannel" in window ? new BroadcastChannel("dtt-quiz") : null;

  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.clock = new Clock(Number(form.dataset.now), Number(form.dataset.remaining));
    this.queue = new Queue(form.dataset.quiz);
    this.state = form.querySelector("[data-state]");
    this.count = form.querySelector("[data-answered]");
    this.told = form.querySelector("[data-told]");
    this.noticed = form.querySelector("[data-notice]");
    this.pass = form.dataset.pass; // practice has none: it is saved as the person of the session
    this.token = form.elements.csrfmiddlewaretoken.value;
    this.questions = new Map(
      [...form.querySelectorAll("[data-position]")].map((element) => {
        const question = new Question(element);
        return [question.position, question];
      }),
    );
    this.#restore();
    form.addEventListener("input", (event) => this.#changed(event));
    form.addEventListener("click", (event) => {
      if (event.target.closest("[data-here]")) this.#takeOver();
      if (event.target.closest("[data-fine]")) this.noticed.hidden = true;
    });
    form.addEventListener("submit", () => { this.#closed = true; });
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
    addEventListener("online", () => this.#call());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.#call();
      else this.send();
    });
    this.#tabs?.addEventListener("message", ({ data }) => {
      if (data.attempt === form.dataset.quiz && data.page !== this.#page) this.#yield();
    });
    addEventListener("pagehide", () => this.send());
    form.querySelector("[data-save-button]").addEventListener("click", (event) => {
      event.preventDefault();
      this.send();
    });
    setInterval(() => this.#callNow(), jitter(CALL_EVERY));
    this.#show(this.queue.waiting.size ? this.words.saysSaving : undefined);
    this.#takeOver();
  }

  /**
   * What an earlier page could not send goes on from here, unless the server has newer; and so does
   * what was answered on this page before the script had come.
   */
  #restore() {
    const early = [...this.questions.values()].filter((question) => question.differs);
    for (const [position, change] of [...this.queue.waiting]) {
      const question = this.questions.get(position);
      if (early.includes(question)) continue;
      if (question && change.sequence > question.sequence) question.answer = change.answer;
      else this.queue.done(position, change.sequence);
    }
    for (const question of early) this.#keep(question);
    if (this.queue.waiting.size) this.#soon(0);
  }

  #keep(question) {
    question.sequence = Math.max(question.sequence + 1, this.clock.now);
    this.queue.put(question.position, { sequence: question.sequence, answer: question.answer });
  }

  #changed(event) {
    const question = this.questions.get(Number(event.target.closest("[data-position]")?.dataset.position));
    if (!question || this.#closed) return;
    this.#keep(question);
    this.#show(this.words.saysSaving);
    this.#soon(SEND_AFTER);
  }

  #soon(ms) {
    if (this.#timer) return;
    this.#timer = setTimeout(() => this.send(), ms);
  }

  /** Ask how much time is left, unless a save was told just now. */
  #callNow() {
    if (document.visibilityState === "visible" && Date.now() - this.#asked > CALL_EVERY / 2) this.#call();
  }

  #call() {
    if (this.queue.waiting.size && !this.#sending) this.send();
    else if (!this.#closed) this.#post([]);
  }

  /** This page is the one in use from now on; another one of this attempt only shows. */
  async #takeOver() {
    this.#tabs?.postMessage({ attempt: this.form.dataset.quiz, page: this.#page });
    const again = this.#elsewhere;
    this.#elsewhere = false;
    const reached = await this.#post(this.queue.answers, true);
    if (again && reached) location.reload(); // with what the other page has saved
    else if (again) this.#yield();
  }

  /** Another page of this attempt was opened: nothing is typed here any more, nothing is lost. */
  #yield() {
    if (this.#elsewhere) return;
    this.send();
    this.#elsewhere = true;
    for (const question of this.questions.values()) question.element.disabled = true;
    this.notice(this.words.saysElsewhere, this.#button(this.words.saysHere, "here"));
  }

  #button(text, does) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.dataset[does] = "";
    button.textContent = text;
    return button;
  }

  /** Say something at the foot of the window until it is read, or until the page goes on. */
  notice(text, button = this.#button(this.words.saysFine, "fine")) {
    if (this.#elsewhere && button.dataset.here === undefined) return;
    this.noticed.querySelector("p").replaceChildren(text, " ", button);
    this.noticed.hidden = false;
    this.told.textContent = text;
  }

  async send() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#sending || this.#closed || !this.queue.waiting.size) return;
    const { answers } = this.queue;
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
  async #post(waiting, here = false) {
    this.#asked = Date.now();
    const answers = waiting.slice(0, AT_ONCE);
    let reply;
    let body;
    try {
      reply = await fetch(this.words.save, {
        method: "POST",
        keepalive: true,
        headers: {
          "Content-Type": "application/json",
          ...(this.pass ? { "X-Attempt-Pass": this.pass } : { "X-CSRFToken": this.token }),
        },
        body: JSON.stringify({ answers, page: this.#page, here }),
      });
      body = await reply.json();
    } catch {
      this.#showKept(reply !== undefined);
      return false;
    }
    if (reply.status === 409) {
      this.#close(body.message);
      return true;
    }
    if (reply.status === 423) { // a break has begun on another page
      this.#closed = true;
      location.reload();
      return true;
    }
    if (!reply.ok) {
      this.#showKept(true, body.message);
      if (reply.status === 401 && this.pass) this.#renew();
      return false;
    }
    const moved = this.clock.set(body.now, body.remaining);
    if (moved) this.timer?.moved(moved);
    if (body.elsewhere) this.#yield();
    for (const result of body.results) this.#take(result, answers);
    return true;
  }

  /** The person has signed in again in another window: this page gets a pass of that sign-in. */
  async #renew() {
    try {
      const reply = await fetch(this.words.renew);
      if (reply.ok) this.pass = (await reply.json()).pass;
    } catch {
      // Without a network: the next try asks again.
    }
  }

  #take(result, answers) {
    const question = this.questions.get(result.position);
    const sent = answers.find((answer) => answer.position === result.position);
    if (!question || !sent) return;
    if (result.state === "refused") {
      this.#refuse(question, sent, result);
      return;
    }
    const newest = this.queue.waiting.get(result.position)?.sequence === sent.sequence;
    this.queue.done(result.position, sent.sequence);
    if (this.#refused.delete(result.position)) question.refuse("");
    if (result.state === "saved") {
      question.acknowledge(sent.answer);
    } else if (result.state === "stale" && newest) {
      question.sequence = result.sequence;
      question.answer = result.answer;
      question.acknowledge(result.answer);
      this.told.textContent = say(this.words.saysNewer, { n: result.position });
    }
  }

  /** This answer cannot be saved as it is: say so beside it; it stays here until it is changed. */
  #refuse(question, sent, { reason, message }) {
    const { position } = question;
    if (reason === "ahead") { // kept under a wrong clock: it is sent again under the right one
      this.queue.done(position, sent.sequence);
      question.sequence = this.clock.now;
      this.queue.put(position, { sequence: question.sequence, answer: sent.answer });
      return;
    }
    this.queue.hold(position, sent.sequence);
    if (this.queue.waiting.has(position)) return; // it has been changed meanwhile
    this.#refused.add(position);
    question.refuse(message);
    this.told.textContent = `${this.#notSaved()} ${message}`;
  }

  #notSaved() {
    return say(this.words.saysNotSaved, { n: [...this.#refused].sort((a, b) => a - b).join(", ") });
  }

  /** Nothing was saved: by which way it failed, and what the server said if it answered. */
  #showKept(answered, message = "") {
    const n = this.queue.waiting.size;
    if (!n) return;
    const [one, many] = answered
      ? [this.words.saysHeldOne, this.words.saysHeldMany]
      : [this.words.saysKeptOne, this.words.saysKeptMany];
    const kept = n === 1 ? one : say(many, { n });
    this.#show(kept);
    if (message) this.notice(message);
    this.told.textContent = [message, kept].filter(Boolean).join(" ");
  }

  #show(text) {
    let answered = 0;
    for (const question of this.questions.values()) {
      const has = question.answer !== null;
      answered += has;
      const link = this.form.querySelector(`[data-number="${question.position}"]`);
      link.classList.toggle("answered", has);
      link.querySelector("[data-has]").textContent = has ? ` ${this.words.saysHas}` : "";
    }
    const count = say(this.words.saysAnswered, { n: answered, all: this.questions.size });
    this.count.textContent = count;
    this.state.textContent = text ?? (this.#refused.size ? this.#notSaved() : this.words.saysSaved);
  }

  /** The time is over, or the attempt was submitted elsewhere. */
  #close(message) {
    this.#closed = true;
    this.told.textContent = message ?? this.words.saysOver;
    this.state.textContent = this.told.textContent;
    this.#leave();
  }

  /** The form itself goes, with every answer that is still here; the server looks at its clock. */
  #leave() {
    for (const question of this.questions.values()) question.element.disabled = false;
    const action = Object.assign(document.createElement("input"), { type: "hidden", name: "action", value: "over" });
    this.form.append(action);
    this.form.submit();
  }

  async timeOver() {
    await this.#post(this.queue.answers); // more time may have been given a moment ago
    if (this.clock.remaining > 0) return;
    this.told.textContent = this.words.saysOver;
    setTimeout(() => { if (this.clock.remaining === 0) this.#close(); }, Math.random() * OVER_SPREAD);
  }
}

const form = document.querySelector("[data-quiz]");
if (form) {
  new Flags(form);
  const sheet = new Sheet(form);
  sheet.timer = new Timer(sheet);
}
const closed = document.querySelector("[data-quiz-closed]");
if (closed) {
  Queue.forget(closed.dataset.quizClosed);
  Flags.forget(closed.dataset.quizClosed);
}
/** What this device still keeps goes with the submission. */
const unsent = document.querySelector("[data-unsent]");
if (unsent) unsent.value = JSON.stringify({ answers: new Queue(unsent.dataset.unsent).answers });
const pause = document.querySelector("[data-pause]");
if (pause) setTimeout(() => location.reload(), Math.min(Number(pause.dataset.pause) + 500, 2 ** 31 - 1));
