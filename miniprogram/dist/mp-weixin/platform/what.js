"use strict";let t=!1;t=!0;const s={signInSilently:t,assist:t,cardBag:t,messages:t,shareByButton:t,phoneButton:t,avatarButton:t};exports.can=s;
