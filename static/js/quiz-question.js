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

  /** Whether something else is answered here than what the page came with. */
  get differs() {
    return canonical(this.answer) !== this.original.value;
  }

  /** Say beside the question why its answer is not saved; without a message, that it is again. */
  refuse(message) {
    const id = `a-${this.position}_error`;
    document.getElementById(id)?.remove();
    this.element.classList.toggle("has-error", Boolean(message));
    for (const input of this.inputs) {
      if (message) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
    if (!message) return;
    const told = Object.assign(document.createElement("p"), { className: "field-error", id, textContent: message });
    this.element.querySelector(".stem").after(told);
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
