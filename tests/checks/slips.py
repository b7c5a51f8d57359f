"""The slips that each exercise's check must name."""

KL = (
    "averages_latent",
    "sums_batch",
    "half_missing",
    "sign",
    "log_var_as_log_std",
    "std_for_variance",
    "exp_missing",
    "mean_not_squared",
    "log_term_missing",
    "one_missing",
    "reversed",
    "bits",
)
SLIPS = {
    "0.1": "not_scaled channel_axis_missing wrong_padding wrong_dtype",
    "1.1": "activation_on_latent stride_missing wrong_output_shape",
    "1.2": "output_not_bounded wrong_output_shape",
    "1.3": "averages_pixels sums_batch arguments_swapped log_of_zero sign",
    "2.1": "one_corner_only box_per_point",
    "2.2": "square_root_missing axis_mixed_up",
    "2.3": "end_missing weights_swapped",
    "3.1": "std_for_variance half_missing normaliser_missing",
    "3.2": "variance_for_std mean_not_added uniform_noise",
    "3.3": "covariance_not_inverted determinant_without_root two_pi_power "
    "half_missing",
    "3.4": "exp_then_log log_var_as_log_std averages_latent half_missing",
    "4.1": "half_missing exp_missing",
    "4.2": "half_missing exp_missing noise_not_scaled noise_shared "
    "noise_frozen no_noise static_batch uniform_noise",
    "4.3": "not_watched gradient_swapped",
    "5.1": "reversed bits zero_times_log_zero sign",
    "5.2": "samples_from_prior reversed averages_latent",
    "5.3": "sign one_missing two_pi_missing",
    "5.4": "mean_not_squared variance_missing two_pi_missing",
    "5.5": " ".join(KL),
    "5.6": "half_missing one_missing gradient_swapped",
    "6.1": "sigmoid_then_log averages_pixels sign",
    "6.2": "kl_added averages_latent averages_pixels",
    "6.3": "inverted pixels_forgotten latents_forgotten",
    "7.1": "heads_shared activation_on_head outputs_swapped",
    "7.2": "decoder_fed_mean global_encoder averages_latent averages_pixels",
    "7.3": "beta_on_reconstruction kl_left_out forward_outside_tape "
    "gradients_not_applied last_batch_metrics global_encoder "
    "tuple_not_unpacked",
    "7.4": "metrics_not_reset last_batch_metrics test_step_trains "
    "tuple_not_unpacked",
    "8.1": "shuffle_after_batch remainder_dropped repeats_forever order_fixed",
    "8.2": "never_reaches_beta overshoots divides_by_zero",
    "8.3": "",
    "9.1": "pdf_for_cdf empirical_ranks",
    "9.2": "infinite_ends axes_flipped not_inverse_cdf",
    "9.3": "sums_not_means sign",
    "10.1": "mean_for_variance axis_mixed_up",
    "10.2": "mean_of_logs sum_not_mean overflow",
    "10.3": "labels_not_one_hot wrong_axis",
    "10.4": "",
}
SLIPS = {exercise: slips.split() for exercise, slips in SLIPS.items()}
