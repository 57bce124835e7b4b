// The button overrules the system's choice until the page is closed.
const root = document.documentElement;
const systemIsDark = () => matchMedia("(prefers-color-scheme: dark)").matches;
document.getElementById("theme").onclick = () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : systemIsDark();
  root.dataset.theme = dark ? "light" : "dark";
};
