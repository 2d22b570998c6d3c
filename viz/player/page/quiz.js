// The panel that asks for the next number (questions.js has the questions).

function quizOf(state, act) {
  const section = element("section", { class: "quiz", "aria-label": "Predict" });

  function show(asked, atEnd) {
    section.hidden = !state.quiz;
    if (!state.quiz) return section.replaceChildren();
    const verdict = element("p", { role: "status" });
    const say = ({ right, words }) => {
      verdict.className = "verdict " + (right ? "right" : "wrong");
      verdict.textContent = words;
    };
    if (state.verdict) say(state.verdict);
    const score = element("p", { class: "score" }, `${state.right} of ${state.asked} right at the first try`);
    if (!asked) {
      const note = atEnd ? "That was the last step." : "Nothing to predict here: step on.";
      return section.replaceChildren(verdict, element("p", {}, note), score);
    }
    const input = element("input", { type: "text", autocomplete: "off", "aria-label": asked.ask, size: 10 });
    let tries = 0;
    const goOn = (told) => {
      act.go(state.k + 1);
      state.verdict = told;
      act.refresh();
      section.querySelector("input")?.focus();
    };
    const answer = (event) => {
      event.preventDefault();
      const number = typed(input.value);
      if (number === undefined) return say({ right: false, words: "Type a number, such as -1.5 or 1/3." });
      const told = judge(asked, number);
      if (tries++ === 0) (state.asked++, (state.right += Number(told.right)));
      if (told.right) return goOn(told);
      say(told);
      input.select();
    };
    const show = () => {
      if (tries === 0) state.asked++;
      goOn(null);
    };
    section.replaceChildren(
      verdict,
      element(
        "form",
        { onsubmit: answer },
        element("p", { class: "ask" }, asked.ask),
        input,
        element("button", { type: "submit" }, "Check"),
        element("button", { type: "button", onclick: show }, "Show me"),
      ),
      score,
    );
  }

  return { section, show };
}
