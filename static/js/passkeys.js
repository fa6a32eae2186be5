// Passkeys on forms marked data-passkey: "login" (any account), "get" (a known account) or "create".
// The page carries the words to show; without JavaScript the other ways remain.
(() => {
  const say = (form, word) => {
    form.querySelectorAll("[data-passkey-word]").forEach((line) => { line.hidden = line.dataset.passkeyWord !== word; });
  };

  const options = async (form) => {
    if (form.dataset.passkey !== "login") {
      return JSON.parse(document.getElementById(form.dataset.passkeyOptions).textContent);
    }
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("no options");
    return answer.json();
  };

  const create = (given, form) => {
    const alone = form.elements.passwordless ? form.elements.passwordless.checked : false;
    const wanted = given.creation_options.publicKey.authenticatorSelection;
    wanted.residentKey = alone ? "required" : "discouraged";
    wanted.requireResidentKey = alone;
    if (alone) wanted.userVerification = "required";
    return window.webauthnJSON.create(given.creation_options);
  };

  const run = async (form) => {
    say(form, "");
    try {
      const given = await options(form);
      const credential = await (given.creation_options ? create(given, form) : window.webauthnJSON.get(given.request_options));
      form.elements.credential.value = JSON.stringify(credential);
      HTMLFormElement.prototype.submit.call(form);
    } catch (error) {
      const words = { SecurityError: "address", InvalidStateError: "unknown" };
      say(form, words[error.name] || "refused");
    }
  };

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    form.addEventListener("submit", (event) => {
      // The page's own guard against double sending would wait for an answer that may never come.
      event.preventDefault();
      event.stopPropagation();
      if (window.PublicKeyCredential && window.webauthnJSON) run(form); else say(form, "address");
    });
  });
})();
