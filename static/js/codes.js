// Print or copy the recovery codes. Without scripts there is the file, the pen and the browser's menu.

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const lines = [...document.querySelectorAll(button.dataset.copy)].map((code) => code.textContent);
    await navigator.clipboard.writeText(lines.join("\n"));
    button.textContent = button.dataset.copied;
  });
}
