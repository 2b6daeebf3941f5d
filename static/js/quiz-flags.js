// "Look at this again": a mark of one's own on a question. It stays on this device and is not sent.

export class Flags {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.key = `dtt-quiz-flags:${form.dataset.quiz}`;
    this.flagged = new Set(this.#read());
    for (const question of form.querySelectorAll("[data-position]")) this.#offer(question);
  }

  #offer(question) {
    const position = Number(question.dataset.position);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet";
    button.textContent = this.words.saysFlag;
    question.append(button);
    const show = () => {
      const on = this.flagged.has(position);
      button.setAttribute("aria-pressed", String(on));
      const link = this.form.querySelector(`[data-number="${position}"]`);
      link.classList.toggle("flagged", on);
      link.querySelector("[data-flag]").textContent = on ? ` ${this.words.saysFlagged}` : "";
    };
    button.addEventListener("click", () => {
      if (!this.flagged.delete(position)) this.flagged.add(position);
      this.#write();
      show();
    });
    show();
  }

  #read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key) ?? "[]");
      return Array.isArray(kept) ? kept : [];
    } catch {
      return [];
    }
  }

  #write() {
    try {
      localStorage.setItem(this.key, JSON.stringify([...this.flagged]));
    } catch {
      // Without storage the mark lasts as long as the page.
    }
  }

  static forget(attempt) {
    try {
      localStorage.removeItem(`dtt-quiz-flags:${attempt}`);
    } catch {
      // Nothing was kept.
    }
  }
}
