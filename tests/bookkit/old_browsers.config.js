// What style sheets may use: what every browser had by the end of 2022 (Firefox 115 ESR and Safari 16 among them), and what
// does no harm where a browser leaves it out. Anything newer belongs inside @supports, after what stands in its place.
import css from "@eslint/css";

const harmless = {
  // Lines break otherwise, controls have the browser's own color or size
  allowProperties: ["text-size-adjust", "text-wrap", "outline", "resize", "accent-color", "user-select", "forced-color-adjust",
    // Drawings and calculators stay as they are on a phone
    "container-type",
    // On paper, what is folded stays folded
    "content-visibility"],
  allowAtRules: ["container"],
  // In a rule of its own, where there are no popovers, there is none to style
  allowSelectors: ["popover-open", "details-content"],
  // Controls that need a script are shown without one, out of use
  allowMediaConditions: ["scripting"],
};

export default [{ files: ["**/*.css"], plugins: { css }, language: "css/css", rules: { "css/use-baseline": ["error", { available: 2022, ...harmless }] } }];
