/** `application_id` of a unified view: the letters `varu`. */
export const viewApplicationId = 0x76617275;
