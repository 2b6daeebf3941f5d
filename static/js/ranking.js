// Move lines of a ranking up and down without loading the page. Saving stays with the buttons below.
// With scripts off each press goes to the server, which answers with the moved list.

for (const form of document.querySelectorAll("form[data-ranking]")) {
  const list = form.querySelector(".ranking");
  const status = form.querySelector("[data-moved]");
  list?.addEventListener("click", (event) => {
    const button = event.target.closest("button[name='up'], button[name='down']");
    if (!button) return;
    event.preventDefault();
    const line = button.closest("li");
    const up = button.name === "up";
    const neighbour = up ? line.previousElementSibling : line.nextElementSibling;
    if (neighbour) {
      if (up) neighbour.before(line);
      else neighbour.after(line);
      renumber(list);
    }
    button.focus();
    const place = [...list.children].indexOf(line) + 1;
    status.textContent = status.dataset.moved.replace("{place}", place);
  });
}

/** The numbers say the order that is seen, so that the server does not move anything again. */
function renumber(list) {
  [...list.children].forEach((line, index) => {
    line.querySelector("input[name='place']").value = index + 1;
  });
}
