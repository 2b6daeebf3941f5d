// Rows that are put in order: buttons move them, and the lists of numbers behind them say the order,
// so that saving knows no difference. With scripts off the lists themselves are seen.

for (const list of document.querySelectorAll("[data-order]")) {
  const question = list.closest("[data-position]");
  const status = question.querySelector("[data-moved]");
  for (const element of question.querySelectorAll(".moves, [data-with-scripts]")) element.hidden = false;
  for (const element of question.querySelectorAll("[data-order] select, [data-without-scripts]")) element.hidden = true;
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    const row = button.closest("li");
    move(row, button.dataset.move);
    button.focus();
    number(list);
    status.textContent = place(row, status.dataset.moved);
    list.dispatchEvent(new Event("input", { bubbles: true }));
  });
  question.addEventListener("answered-elsewhere", () => arrange(list));
  arrange(list); // they may have been numbered before this script had come
}

function move(row, way) {
  if (way === "up") row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
}

/** Give every row the number of its place. */
function number(list) {
  [...list.children].forEach((row, index) => {
    row.querySelector("select").value = `${row.dataset.key}:${index + 1}`;
  });
}

/** Put the rows where their numbers say; those without a number stay where they are. */
function arrange(list) {
  const numberOf = (row) => Number(row.querySelector("select").value.split(":")[1] || 0);
  list.append(...[...list.children].sort((one, other) => numberOf(one) - numberOf(other)));
}

function place(row, words) {
  const rows = [...row.parentElement.children];
  const values = { text: row.querySelector(".what").textContent.trim(), n: rows.indexOf(row) + 1, all: rows.length };
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
