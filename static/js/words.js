// Say how many words are left in <textarea data-words="150">, counted as the server counts them:
// two Chinese characters are a word.

const HAN = /[\u3007\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/gu;

function countWords(text) {
  const characters = text.match(HAN)?.length ?? 0;
  const rest = text.replace(HAN, " ").split(/\s+/u).filter(Boolean);
  return rest.length + Math.ceil(characters / 2);
}

for (const field of document.querySelectorAll("textarea[data-words]")) {
  const { wordsLeft, wordsOver } = field.form.dataset;
  const count = document.createElement("p");
  count.className = "count";
  const say = () => {
    const left = Number(field.dataset.words) - countWords(field.value);
    count.textContent = (left < 0 ? wordsOver : wordsLeft).replace("{n}", Math.abs(left));
    count.classList.toggle("over", left < 0);
  };
  field.after(count);
  field.addEventListener("input", say);
  say();
}
