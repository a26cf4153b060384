import "../style/tokens.css";
import "../style/base.css";
import "../words/theme.js";
import { createApp } from "vue";
import Operators from "./Operators.vue";

createApp(Operators).mount("#app");
