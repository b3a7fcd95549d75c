let t=!1;const a={assist:t,cardBag:t,messages:t,shareByButton:t,phoneButton:t,avatarButton:t};export{a as c};
