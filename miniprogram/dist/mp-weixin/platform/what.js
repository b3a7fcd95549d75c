"use strict";let t=!1;t=!0;const s={assist:t,cardBag:t,messages:t,shareByButton:t,phoneButton:t,avatarButton:t};exports.can=s;
