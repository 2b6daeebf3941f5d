// Save a form while it is being filled in, and lose nothing on the way.
//
// <form data-keeps="REFERENCE:SECTION" data-autosave="/address">: what is typed is
// kept on this device at once (localStorage) and goes to the server when a field is left or after a
// pause. What the server has is forgotten here. What it never got (a crash, no network, a session that
// ended) is offered back the next time the page is opened. Without `data-autosave` the text is
// only kept; without this script the form's own button saves.

const LEFT_A_FIELD = 400; // milliseconds, so that walking through fields asks once
const PAUSE = 2000; // while typing
const KEEP = 250; // from a keystroke to the copy on this device
const RETRY = [5000, 10000, 20000, 30000];
const PREFIX = "dtt:unsent:";
const SIGNED_OUT = [401, 403];
const CONFLICT = 409;
const HIDDEN_FIELDS = new Set(["csrfmiddlewaretoken", "version", "seen", "section", "say_in"]);

/** What is typed on this device and not saved yet; storage may be full or forbidden. */
class Kept {
  constructor(name) {
    this.key = PREFIX + name;
  }

  read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key));
      return Array.isArray(kept?.values) ? kept : null;
    } catch {
      return null;
    }
  }

  write(kept) {
    try {
      localStorage.setItem(this.key, JSON.stringify(kept));
    } catch {
      // Then only the server keeps it.
    }
  }

  forget() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // Nothing is there.
    }
  }
}

const valuesOf = (form) =>
  [...new FormData(form)].filter(([name, value]) => !HIDDEN_FIELDS.has(name) && typeof value === "string");

/** The form as the page came with it: something may have been typed before this script was here. */
function asDelivered(form) {
  const copy = form.cloneNode(true);
  copy.reset();
  return copy;
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

class Autosave {
  #timer = 0;
  #keeping = 0;
  #running = null;
  #again = false;
  #failures = 0;
  #stopped = false;
  #left = false;

  constructor(form) {
    this.form = form;
    this.kept = new Kept(form.dataset.keeps);
    this.line = form.querySelector("[data-autosave-line]");
    this.says = form.querySelector("[data-autosave-says]");
    // As the server has it; of a page that came back with what was typed, nobody knows.
    this.saved = "answered" in form.dataset ? [] : valuesOf(asDelivered(form));
    form.addEventListener("input", () => this.#typed());
    form.addEventListener("change", () => this.#changed());
    form.addEventListener("focusout", () => { if (this.#timer) this.#soon(LEFT_A_FIELD); });
    form.addEventListener("submit", (event) => this.#beforeTheButton(event));
    document.addEventListener("submit", (event) => this.#beforeAnotherForm(event));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.#leave();
    });
    addEventListener("pagehide", () => this.#leave());
    addEventListener("online", () => { if (this.#isUnsent()) this.save(); });
    addEventListener("offline", () => { if (this.#isUnsent()) this.#say("offline"); });
    this.#offer();
    if (this.#isUnsent()) this.#typed();
  }

  get #saves() {
    return Boolean(this.form.dataset.autosave) && !this.#stopped;
  }

  #isUnsent() {
    return !same(valuesOf(this.form), this.saved);
  }

  #typed() {
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => this.#keep(), KEEP);
    this.#soon(PAUSE);
  }

  #changed() {
    this.#keep();
    this.#soon(LEFT_A_FIELD);
  }

  #keep() {
    clearTimeout(this.#keeping);
    this.#keeping = 0;
    if (this.#left) return;
    if (!this.#isUnsent()) {
      this.kept.forget();
      return;
    }
    this.kept.write({ seen: this.#field("seen").value, values: valuesOf(this.form) });
    if (!this.form.dataset.autosave) this.#say("kept");
  }

  #soon(wait) {
    if (!this.#saves) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), wait);
  }

  // One request at a time: the next one needs the version that the last one was given.
  async save({ leaving = false } = {}) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (!this.#saves) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = this.#send(leaving).finally(() => { this.#running = null; });
    await this.#running;
    if (this.#again) {
      this.#again = false;
      await this.save();
    }
  }

  async #send(leaving) {
    const { dataset } = this.form;
    const values = valuesOf(this.form);
    this.#say("saving");
    let answer;
    try {
      answer = await fetch(dataset.autosave, {
        method: "POST",
        body: new FormData(this.form),
        headers: { Accept: "application/json" },
        keepalive: leaving,
      });
    } catch {
      this.#retry();
      return;
    }
    if (SIGNED_OUT.includes(answer.status)) {
      this.#stop("signedOut", "[data-sign-in]");
      return;
    }
    if (answer.status === CONFLICT) {
      this.#stop("elsewhere", "[data-compare]");
      return;
    }
    let told;
    try {
      told = await answer.json();
    } catch {
      this.#retry();
      return;
    }
    if (!told.saved) {
      this.#show(told.message);
      return;
    }
    this.#failures = 0;
    this.#field("version").value = told.version;
    this.#field("seen").value = told.seen;
    if (this.#mark(told.errors)) {
      this.#keep();
      this.#say("notAllSaved");
      return;
    }
    this.saved = values;
    this.#keep(); // forgets it, unless more was typed meanwhile
    this.#say("saved");
  }

  #retry() {
    this.#keep();
    this.#say("offline");
    const wait = RETRY[Math.min(this.#failures, RETRY.length - 1)];
    this.#failures += 1;
    this.#soon(wait);
  }

  // Somebody has to decide: nothing more is sent by itself.
  #stop(state, shown) {
    this.#stopped = true;
    this.#keep();
    this.#say(state);
    const way = this.form.querySelector(shown);
    if (way) way.hidden = false;
  }

  #leave() {
    if (this.#keeping) this.#keep();
    if (this.#timer) this.save({ leaving: true });
  }

  // What is wrong is said where it is, and no more once it is right.
  #mark(errors) {
    const wrong = new Map();
    const right = new Set();
    for (const control of this.form.elements) {
      if (!control.name || control.type === "hidden" || control.type === "submit") continue;
      const field = control.closest(".field");
      const messages = errors[control.name] ?? errors[control.name.replace(/_\d+$/, "")];
      if (messages) {
        wrong.set(field, messages);
        control.setAttribute("aria-invalid", "true");
      } else {
        right.add(field);
        control.removeAttribute("aria-invalid");
      }
    }
    for (const field of right) if (!wrong.has(field)) this.#unmark(field);
    for (const [field, messages] of wrong) this.#explain(field, messages.join(" "));
    return wrong.size;
  }

  #unmark(field) {
    field?.querySelector(".field-error")?.remove();
    field?.classList.remove("has-error");
  }

  #explain(field, text) {
    if (!field || field.querySelector(".field-error")?.textContent.trim() === text) return;
    this.#unmark(field);
    const said = document.createElement("p");
    said.className = "field-error";
    said.textContent = text;
    field.classList.add("has-error");
    field.append(said);
  }

  // A request under way is about to change the version: let it come back first. The copy stays until
  // a page shows that the server has it.
  async #beforeTheButton(event) {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#again = false;
    this.#keep();
    if (!this.#running) {
      const kept = this.kept.read();
      if (kept) this.kept.write({ ...kept, sent: true });
      return;
    }
    event.preventDefault();
    await this.#running;
    this.form.requestSubmit(event.submitter);
  }

  // Signing out, say: save first, so that nothing has to stay on this device.
  async #beforeAnotherForm(event) {
    const other = event.target;
    if (other === this.form || event.defaultPrevented) return;
    if (this.#saves && (this.#isUnsent() || this.#running)) {
      event.preventDefault();
      if (this.#running) await this.#running;
      if (this.#isUnsent()) await this.save();
      this.#stopped = true;
      other.requestSubmit(event.submitter);
      return;
    }
    this.#left = true; // what `page.js` forgets at the sign-out is not written again
  }

  // ---- what was typed here and never saved ----

  #offer() {
    const kept = this.kept.read();
    if (!kept) return;
    if ("answered" in this.form.dataset) return; // the page shows it already
    const known = same(kept.values, this.saved);
    if (known || (kept.sent && kept.seen !== this.#field("seen").value)) {
      this.kept.forget(); // the server has it, perhaps tidied
      return;
    }
    const box = this.form.querySelector("[data-offer]");
    this.#list(box.querySelector("[data-offer-values]"), kept.values);
    box.querySelector("[data-offer-take]").addEventListener("click", () => {
      box.hidden = true;
      this.#fill(kept.values);
      this.#changed();
      this.#firstControl()?.focus();
    });
    box.querySelector("[data-offer-drop]").addEventListener("click", () => {
      box.hidden = true;
      this.kept.forget();
      this.#firstControl()?.focus();
    });
    box.hidden = false;
  }

  #list(list, values) {
    const before = JSON.stringify(this.saved);
    const shown = Map.groupBy
      ? Map.groupBy(values, ([name]) => name)
      : values.reduce((all, pair) => all.set(pair[0], [...(all.get(pair[0]) ?? []), pair]), new Map());
    for (const [name, pairs] of shown) {
      if (pairs.every((pair) => before.includes(JSON.stringify(pair)))) continue;
      const row = document.createElement("div");
      row.append(document.createElement("dt"), document.createElement("dd"));
      row.firstChild.textContent = this.#labelOf(name);
      row.lastChild.textContent = pairs.map(([, value]) => this.#wordsOf(name, value)).join(", ") || "–";
      list.append(row);
    }
  }

  #controls(name) {
    return [...this.form.elements].filter((control) => control.name === name);
  }

  #labelOf(name) {
    const control = this.#controls(name)[0];
    const group = control?.closest("fieldset")?.querySelector("legend");
    return (group ?? control?.labels?.[0])?.firstChild?.textContent?.trim() ?? name;
  }

  #wordsOf(name, value) {
    for (const control of this.#controls(name)) {
      if (control.type === "radio" || control.type === "checkbox") {
        if (control.value === value) return control.labels[0]?.textContent.trim() ?? value;
      } else if (control.tagName === "SELECT") {
        return [...control.options].find((option) => option.value === value)?.text ?? value;
      }
    }
    return value;
  }

  #fill(values) {
    for (const control of this.form.elements) {
      if (!control.name || HIDDEN_FIELDS.has(control.name) || control.type === "submit") continue;
      const given = values.filter(([name]) => name === control.name).map(([, value]) => value);
      if (control.type === "radio" || control.type === "checkbox") control.checked = given.includes(control.value);
      else control.value = given[0] ?? "";
    }
  }

  #firstControl() {
    return [...this.form.elements].find((control) => control.name && control.type !== "hidden");
  }

  #field(name) {
    return this.form.elements.namedItem(name);
  }

  #say(state) {
    this.#show(this.form.dataset[state]);
  }

  #show(text) {
    if (!this.says || this.says.textContent === text) return;
    this.line.hidden = false;
    this.says.textContent = text;
  }
}

for (const form of document.querySelectorAll("form[data-keeps]")) new Autosave(form);
for (const link of document.querySelectorAll("[data-forget]")) {
  link.addEventListener("click", () => new Kept(link.dataset.forget).forget());
}
