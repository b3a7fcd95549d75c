let t=!1;const s={signInSilently:t,assist:t,cardBag:t,messages:t,shareByButton:t,phoneButton:t,avatarButton:t};export{s as c};
