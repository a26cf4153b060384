import "../style/tokens.css";
import "../style/base.css";
import "../words/theme.js";
import { createApp } from "vue";
import Dialects from "./Dialects.vue";

createApp(Dialects).mount("#app");
