// Find an institution by any of its names: a search field above the list to choose from. The list
// itself stays the form's field, so that without this script, or without the network, nothing is
// missing. <div data-institutions="id of the select" data-address="…"> stands anywhere in the form.

const WAIT = 250; // milliseconds, so that typing a word asks once

class InstitutionSearch {
  #timer = 0;
  #asked = 0;

  constructor(box, select) {
    this.box = box;
    this.select = select;
    this.input = box.querySelector("input");
    this.says = box.querySelector("[role=status]");
    this.list = box.querySelector("ul");
    this.input.addEventListener("input", () => this.#soon());
    // Leaving the field is no answer to the form, and Enter must not send the form.
    this.input.addEventListener("change", (event) => event.stopPropagation());
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      this.#ask();
    });
    box.hidden = false;
    select.before(box);
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), WAIT);
  }

  async #ask() {
    clearTimeout(this.#timer);
    const text = this.input.value.trim();
    this.#asked += 1;
    const mine = this.#asked;
    if (!text) {
      this.#show([], "");
      return;
    }
    try {
      const address = `${this.box.dataset.address}?q=${encodeURIComponent(text)}`;
      const answer = await fetch(address, { headers: { Accept: "application/json" } });
      const { found, count } = await answer.json();
      if (mine === this.#asked) this.#show(found, this.#counted(count));
    } catch {
      if (mine === this.#asked) this.#show([], ""); // the list below is as good as ever
    }
  }

  #counted(count) {
    const { none, one, many } = this.box.dataset;
    if (count === 0) return none;
    return count === 1 ? one : many.replace("{n}", count);
  }

  #show(found, told) {
    this.says.textContent = told;
    this.list.replaceChildren(...found.map((institution) => this.#line(institution)));
  }

  #line({ value, name }) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button secondary";
    button.textContent = name;
    button.addEventListener("click", () => this.#choose(value, name));
    const line = document.createElement("li");
    line.append(button);
    return line;
  }

  #choose(value, name) {
    this.select.value = value;
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
    this.input.value = "";
    this.#show([], this.box.dataset.chosen.replace("{name}", name));
    this.select.focus();
  }
}

for (const box of document.querySelectorAll("[data-institutions]")) {
  const select = document.getElementById(box.dataset.institutions);
  if (select) new InstitutionSearch(box, select);
}
