// A question on the quiz page: what is answered in it, and how the server spells that.

/** One question on the page. */
export class Question {
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
      default: return text ? { text } : null;
    }
  }

  set answer(answer) {
    const { choice, choices, value, number, text } = answer ?? {};
    const picked = choices ?? [choice ?? (value === undefined ? undefined : String(value))];
    for (const input of this.inputs) {
      if (input.type === "text") input.value = number ?? text ?? "";
      else input.checked = picked.includes(input.value);
    }
  }

  /** The form posts only what differs from its original, so a saved answer is the new original. */
  acknowledge(answer) {
    this.original.value = canonical(answer);
  }
}

/** As the server writes it: sorted keys, a space after each colon and comma. */
function canonical(answer) {
  if (answer === null) return "null";
  const [[name, content]] = Object.entries(answer);
  const items = Array.isArray(content);
  return `{"${name}": ${items ? `[${content.map((c) => JSON.stringify(c)).join(", ")}]` : JSON.stringify(content)}}`;
}
