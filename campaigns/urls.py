"""Addresses of the writing, campaign and signing pages."""

from django.urls import path

from campaigns.views import (
    briefs,
    campaigns,
    claims,
    contents,
    desk,
    editor,
    inserting,
    pictures,
    remarks,
    review,
    signing,
)

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("claims/", claims.claims, name="claims"),
    path("claims/<int:claim_id>/answer/", contents.answer, name="claim-answer"),
    path("contents/", contents.contents, name="contents"),
    path("contents/<int:content_id>/", editor.editor, name="content"),
    path("contents/<int:content_id>/save/", editor.save, name="content-save"),
    path("contents/<int:content_id>/measure/", editor.measure, name="content-measure"),
    path("contents/<int:content_id>/lay/", editor.lay, name="content-lay"),
    path("contents/<int:content_id>/submit/", editor.submit, name="content-submit"),
    path("contents/<int:content_id>/channels/", inserting.add_channel, name="content-channel"),
    path("contents/<int:content_id>/verses/", inserting.cite, name="content-cite"),
    path("contents/<int:content_id>/pictures/", inserting.add_picture, name="content-picture"),
    path("variants/<int:variant_id>/withdraw/", inserting.withdraw, name="variant-withdraw"),
    path("verses/look/", inserting.look, name="verse-look"),
    path("media/<int:media_id>/", pictures.media_file, name="media-file"),
    path("campaigns/", campaigns.campaigns, name="campaigns"),
    path("campaigns/new/", briefs.new, name="campaign-new"),
    path("campaigns/<int:campaign_id>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:campaign_id>/brief/", briefs.brief, name="brief"),
    path("campaigns/<int:campaign_id>/submit/", briefs.submit, name="campaign-submit"),
    path("campaigns/<int:campaign_id>/sign/", briefs.sign, name="campaign-sign"),
    path("campaigns/<int:campaign_id>/return/", briefs.return_brief, name="campaign-return"),
    path("review/", review.review_list, name="review-list"),
    path("review/<int:variant_id>/", review.review, name="review"),
    path("review/<int:variant_id>/sign/", signing.sign, name="review-sign"),
    path("review/<int:variant_id>/return/", signing.request_changes, name="review-return"),
    path("review/<int:variant_id>/withdraw/", signing.withdraw, name="review-withdraw"),
    path("review/<int:variant_id>/remarks/", remarks.add, name="remark-add"),
    path("remarks/<int:remark_id>/settle/", remarks.settle, name="remark-settle"),
]
