// Save a form while it is being filled in: each answer goes to the server when its field is left.
// <form data-autosave="/address" data-saving="…" data-saved="…" data-not-saved="…">. Without this
// script the form's own button saves.

const WAIT = 400; // milliseconds, so that walking through fields asks once

class Autosave {
  #timer = 0;
  #running = null;
  #again = false;

  constructor(form) {
    this.form = form;
    this.says = form.querySelector("[data-autosave-says]");
    form.addEventListener("change", () => this.soon());
    form.addEventListener("submit", (event) => this.#beforeTheButton(event));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden" && this.#timer) this.save();
    });
  }

  soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), WAIT);
  }

  // One request at a time: the next one needs the version that the last one was given.
  async save() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = this.#send().finally(() => { this.#running = null; });
    await this.#running;
    if (this.#again) {
      this.#again = false;
      this.save();
    }
  }

  async #send() {
    const { dataset } = this.form;
    this.#say(dataset.saving);
    try {
      const answer = await fetch(dataset.autosave, {
        method: "POST",
        body: new FormData(this.form),
        headers: { Accept: "application/json" },
        keepalive: true,
      });
      const told = await answer.json();
      if (!told.saved) {
        this.#say(told.message ?? dataset.notSaved);
        return;
      }
      this.form.elements.namedItem("version").value = told.version;
      const wrong = this.#mark(told.errors);
      this.#say(wrong ? dataset.notAllSaved : dataset.saved);
    } catch {
      this.#say(dataset.notSaved);
    }
  }

  // What is wrong is marked where it is; its message comes with the button, which checks everything.
  #mark(errors) {
    let wrong = 0;
    for (const control of this.form.elements) {
      if (!control.name || control.type === "hidden") continue;
      const name = control.name.replace(/_\d+$/, "");
      const messages = errors[control.name] ?? errors[name];
      if (messages) {
        wrong += 1;
        control.setAttribute("aria-invalid", "true");
        control.title = messages.join(" ");
      } else {
        control.removeAttribute("aria-invalid");
        control.removeAttribute("title");
      }
    }
    return wrong;
  }

  // A request under way is about to change the version: let it come back first.
  async #beforeTheButton(event) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#again = false;
    if (!this.#running) return;
    event.preventDefault();
    await this.#running;
    this.form.requestSubmit(event.submitter);
  }

  #say(text) {
    if (this.says) this.says.textContent = text;
  }
}

for (const form of document.querySelectorAll("form[data-autosave]")) new Autosave(form);
